import { Random } from '@graft/runner';
import { expect, it } from 'vitest';
import { type Gallery, normalise } from './gallery.js';
import { orthogonalMap, turned } from './procrustes.js';

function unitRows(count: number, dim: number, random: Random): Gallery {
  const vectors = Float32Array.from({ length: count * dim }, () => random.normal());
  for (let row = 0; row < count; row += 1) normalise(vectors.subarray(row * dim, (row + 1) * dim));
  return { ids: Array.from({ length: count }, (_, row) => `item-${row}`), dim, vectors };
}

it('finds the rotation and reflection that was applied', () => {
  const gallery = unitRows(40, 3, new Random(3));
  const quarterTurnAndMirror = Float64Array.of(0, 1, 0, -1, 0, 0, 0, 0, -1);
  const moved = turned(gallery, quarterTurnAndMirror);
  const found = orthogonalMap(gallery, moved);
  expect([...found]).toEqual([...quarterTurnAndMirror].map((value) => expect.closeTo(value, 5)));
});

it('stays orthogonal where no rotation fits', () => {
  const [from, to] = [unitRows(30, 4, new Random(1)), unitRows(30, 4, new Random(2))];
  const map = orthogonalMap(from, to);
  for (let i = 0; i < 4; i += 1) {
    for (let j = 0; j < 4; j += 1) {
      const product = [0, 1, 2, 3].reduce((sum, k) => sum + map[i * 4 + k]! * map[j * 4 + k]!, 0);
      expect(product).toBeCloseTo(i === j ? 1 : 0, 6);
    }
  }
});
