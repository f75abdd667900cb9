import { describe, expect, it } from 'vitest';
import { equalShares, setShare } from './weights.js';

const variants = (...weights: number[]) => weights.map((weight, index) => ({ name: `v${index}`, weight }));
const weightsOf = (list: { weight: number }[]) => list.map(({ weight }) => weight);

describe('shares of the traffic', () => {
  it('gives the rest to the other variant', () => {
    expect(weightsOf(setShare(variants(0.5, 0.5), 0, 0.9))).toEqual([0.9, 0.1]);
  });

  it('keeps the proportions of several others, and the sum at 1', () => {
    expect(weightsOf(setShare(variants(0.5, 0.3, 0.2), 0, 0))).toEqual([0, 0.6, 0.4]);
    for (const share of [0.01, 0.33, 0.5, 0.77, 1]) {
      const sum = weightsOf(setShare(variants(0.34, 0.33, 0.33), 1, share)).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 10);
    }
  });

  it('divides equally among others that had nothing', () => {
    expect(weightsOf(setShare(variants(1, 0, 0), 0, 0.5))).toEqual([0.5, 0.25, 0.25]);
  });

  it('leaves a single variant all of it', () => {
    expect(weightsOf(setShare(variants(1), 0, 0.2))).toEqual([1]);
  });

  it('makes equal shares that add up', () => {
    expect(equalShares(3)).toEqual([0.34, 0.33, 0.33]);
  });
});
