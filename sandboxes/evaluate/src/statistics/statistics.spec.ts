import { Random } from '@graft/runner';
import { describe, expect, it } from 'vitest';
import { baselines } from './baselines.js';
import {
  accuracy,
  bootstrapPValue,
  meanOverTargets,
  percentileInterval,
  quantile,
  resample,
  UNLABELLED,
} from './bootstrap.js';
import { mcnemar, signTest } from './mcnemar.js';

describe('accuracy', () => {
  it('leaves unlabelled items out', () => {
    expect(accuracy(Uint8Array.of(1, 0, UNLABELLED, 1))).toBeCloseTo(2 / 3);
    expect(accuracy(Uint8Array.of(1, 0), Uint16Array.of(3, 1))).toBe(0.75);
    expect(accuracy(Uint8Array.of(UNLABELLED))).toBeNaN();
  });

  it('averages over the targets that have labels', () => {
    expect(meanOverTargets([0.5, 1, Number.NaN])).toBe(0.75);
  });
});

describe('bootstrap', () => {
  it('gives the interval of the binomial for a single target', () => {
    const outcomes = Uint8Array.from({ length: 400 }, (_, item) => (item < 300 ? 1 : 0));
    const { draws } = resample([new Map([['colour', outcomes]])], 4000, new Random(1));
    const { low, high } = percentileInterval(
      0.75,
      draws.map(([candidate]) => candidate?.[0] as number),
      400,
    );
    const halfWidth = 1.96 * Math.sqrt((0.75 * 0.25) / 400);
    expect(low).toBeCloseTo(0.75 - halfWidth, 2);
    expect(high).toBeCloseTo(0.75 + halfWidth, 2);
  });

  it('draws the same items for every candidate', () => {
    const outcomes = Uint8Array.from({ length: 50 }, (_, item) => item % 2);
    const scores = new Map([['colour', outcomes]]);
    for (const [a, b] of resample([scores, scores], 50, new Random(2)).draws) expect(a).toEqual(b);
  });

  it('never reports a p of zero', () => {
    expect(bootstrapPValue(new Array<number>(999).fill(0.1))).toBeCloseTo(2 / 1000);
    expect(bootstrapPValue([-1, 1, 0, 0.5])).toBe(1);
  });

  it('interpolates quantiles', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([5], 0.975)).toBe(5);
  });
});

describe("McNemar's exact test", () => {
  it.each([
    [0, 0, 1],
    [1, 9, 0.021484375],
    [5, 5, 1],
    [0, 10, 0.001953125],
  ])('of %i against %i discordant items is %f', (a, b, expected) => {
    expect(signTest(a, b)).toBeCloseTo(expected, 12);
  });

  it('stays finite for thousands of items', () => {
    expect(signTest(2000, 2200)).toBeGreaterThan(0.001);
    expect(signTest(2000, 2200)).toBeLessThan(0.01);
    expect(signTest(100, 3000)).toBeGreaterThanOrEqual(0);
  });

  it('counts discordant items only', () => {
    expect(mcnemar(Uint8Array.of(1, 1, 0, UNLABELLED), Uint8Array.of(1, 0, 1, UNLABELLED))).toEqual({
      onlyA: 1,
      onlyB: 1,
      pValue: 1,
    });
  });
});

it('knows what guessing gives', () => {
  expect(baselines(['red', 'red', 'red', 'blue', undefined])).toEqual({ chance: 0.625, majority: 0.75 });
});
