import type { DatasetItem, DatasetPair } from '@graft/protocol';
import { Random } from '@graft/runner';
import { describe, expect, it } from 'vitest';
import { Neighbours } from './neighbours.js';
import { contrastiveTargets } from './positives.js';

const strangers = { attributes: [], areNeighbours: () => false };
const rowOf = (values: Float32Array, row: number, size: number): number[] => [
  ...values.subarray(row * size, (row + 1) * size),
];

describe('contrastiveTargets', () => {
  it('is the identity for items that share nothing', () => {
    const { rows, columns } = contrastiveTargets([0, 1], [0, 1], strangers);
    expect([...rows]).toEqual([1, 0, 0, 1]);
    expect([...columns]).toEqual([1, 0, 0, 1]);
  });

  it('gives items with all attributes in common half the weight of a pair, with one of two an eighth', () => {
    const attributes = [Int32Array.of(0, 0, 0), Int32Array.of(5, 5, 6)];
    const { rows } = contrastiveTargets([0, 1, 2], [0, 1, 2], { ...strangers, attributes });
    const [self, alike, half] = rowOf(rows, 0, 3) as [number, number, number];
    expect(alike / self).toBeCloseTo(0.5);
    expect(half / self).toBeCloseTo(0.125);
    expect(self + alike + half).toBeCloseTo(1);
  });

  it('does not take two unknown labels for the same', () => {
    const { rows } = contrastiveTargets([0, 1], [0, 1], { ...strangers, attributes: [Int32Array.of(-1, -1)] });
    expect([...rows]).toEqual([1, 0, 0, 1]);
  });

  it('counts neighbours half in their row', () => {
    const { rows, columns } = contrastiveTargets([3, 4], [5, 4], {
      ...strangers,
      areNeighbours: (a, b) => a === 4 && b === 5,
    });
    expect(rowOf(rows, 1, 2)[0]).toBeCloseTo(1 / 3);
    expect(columns[0]).toBeCloseTo(2 / 3);
    expect(columns[2]).toBeCloseTo(1 / 3);
  });
});

describe('Neighbours', () => {
  const items = ['a', 'b', 'c'].map((id) => ({ id }) as DatasetItem);
  async function* pairs(...edges: DatasetPair[]): AsyncGenerator<DatasetPair> {
    yield* edges;
  }

  it('draws by weight, in both directions', async () => {
    const neighbours = await Neighbours.read(
      pairs({ a: 'a', b: 'b', weight: 9 }, { a: 'c', b: 'a', weight: 1 }),
      items,
    );
    const random = new Random(1);
    const drawn = Array.from({ length: 1000 }, () => neighbours.draw(0, random));
    expect(drawn.filter((item) => item === 1).length).toBeGreaterThan(850);
    expect(neighbours.draw(2, random)).toBe(0);
    expect(neighbours.areNeighbours(1, 0)).toBe(true);
    expect(neighbours.areNeighbours(1, 2)).toBe(false);
  });

  it('leaves out items of other splits', async () => {
    const neighbours = await Neighbours.read(pairs({ a: 'a', b: 'held-out', weight: 1 }), items);
    expect(neighbours.draw(0, new Random(1))).toBeUndefined();
  });
});
