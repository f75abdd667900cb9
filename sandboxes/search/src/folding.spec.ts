import { describe, expect, it } from 'vitest';
import { fold } from './folding.js';
import type { Hit } from './ranking.js';

const ranking: Hit[] = [0, 1, 2, 3, 4].map((row) => ({ row, score: 1 - row / 10 }));
/** Rows 0 and 3 are one picture; 1 and 2 are almost the same. */
const rows = {
  keyOf: (row: number) => ['a', 'b', 'c', 'a', 'd'][row]!,
  areNear: (a: number, b: number) => a + b === 3 && a * b === 2,
};
const shape = (how: 'near' | 'same' | 'none', wanted = 5) =>
  fold(ranking, { how, wanted }, rows).map(({ row, duplicates }) => [row, ...duplicates]);

describe('folding', () => {
  it('near: the same picture and almost the same vectors go to the best of them', () => {
    expect(shape('near')).toEqual([[0, 3], [1, 2], [4]]);
  });
  it('same: only the very same picture', () => {
    expect(shape('same')).toEqual([[0, 3], [1], [2], [4]]);
  });
  it('none: every row for itself', () => {
    expect(shape('none')).toEqual([[0], [1], [2], [3], [4]]);
  });
  it('finds duplicates of a page also behind its end', () => {
    expect(shape('near', 1)).toEqual([[0, 3]]);
  });
});
