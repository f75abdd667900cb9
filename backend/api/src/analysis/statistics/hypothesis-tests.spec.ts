import { describe, expect, it } from 'vitest';
import { absoluteEffect, relativeEffect, sampleOfProportion, sampleOfValues, type Effect } from './effect.js';
import { fixedTest, sequentialGreaterTest, sequentialTest } from './hypothesis-tests.js';

/** Expected values are the ones GrowthBook's statistics engine publishes in its tests, rounded there to five digits. */
const small = sampleOfValues(3000, 1396.87, 52377.9767);
const smallOfFixedTest = sampleOfValues(3407, 1396.87, 52377.9767);
const large = sampleOfValues(3461, 2422.7, 134698.29);

const DIGITS = 1e-5;
function expectNear(actual: number, expected: number): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThan(DIGITS);
}
function present(effect: Effect | null): Effect {
  expect(effect).not.toBeNull();
  return effect!;
}

describe('sequential test', () => {
  it('relative difference of means', () => {
    const effect = present(relativeEffect(small, large));
    const result = sequentialTest(effect, 0.05, 1000);
    expectNear(effect.estimate, 0.50336);
    expectNear(effect.standardError, 0.33341);
    expectNear(result.low, -0.55844);
    expectNear(result.high, 1.56516);
    expect(result.pValue).toBe(1);
  });

  it('relative difference of proportions', () => {
    const effect = present(relativeEffect(sampleOfProportion(3000, 1396), sampleOfProportion(3461, 2422)));
    const result = sequentialTest(effect, 0.05, 5000);
    expectNear(effect.estimate, 0.50386);
    expectNear(effect.standardError, 0.03386);
    expectNear(result.low, 0.40098);
    expectNear(result.high, 0.60675);
    expectNear(result.pValue, 0);
  });

  it('one-sided, relative and absolute', () => {
    const relative = sequentialGreaterTest(present(relativeEffect(small, large)), 0.05, 5000);
    expectNear(relative.low, -0.42357);
    expect(relative.pValue).toBeGreaterThanOrEqual(0.4999); // the source stops its search there
    const absolute = sequentialGreaterTest(present(absoluteEffect(small, large)), 0.05, 5000);
    expectNear(absolute.low, -0.12657);
    expect(absolute.pValue).toBeCloseTo(0.46316, 3); // the source bisects until the bound is near zero; ours is the exact root
  });

  it('its interval excludes zero exactly when p is below alpha', () => {
    for (const estimate of [0.5, 1, 2, 3, 4, 5]) {
      const result = sequentialTest({ estimate, standardError: 1, n: 5000, degreesOfFreedom: 4998 }, 0.05, 5000);
      expect(result.low > 0).toBe(result.pValue < 0.05);
    }
  });
});

describe("Welch's test", () => {
  it('relative difference of means', () => {
    const effect = present(relativeEffect(smallOfFixedTest, large));
    const result = fixedTest(effect, 0.05);
    expectNear(effect.estimate, 0.70732);
    expectNear(result.low, -0.03526);
    expectNear(result.high, 1.44989);
    expectNear(result.pValue, 0.06191);
  });

  it('absolute difference of means', () => {
    const effect = present(absoluteEffect(smallOfFixedTest, large));
    const result = fixedTest(effect, 0.05);
    expectNear(effect.estimate, 0.29);
    expectNear(result.low, 0.04538);
    expectNear(result.high, 0.53462);
    expectNear(result.pValue, 0.02016);
  });

  it('14 of 28 against 16 of 30', () => {
    const effect = present(relativeEffect(sampleOfProportion(28, 14), sampleOfProportion(30, 16)));
    const result = fixedTest(effect, 0.05);
    expectNear(effect.estimate, 0.06667);
    expectNear(result.low, -0.47767);
    expectNear(result.high, 0.61101);
    expectNear(result.pValue, 0.80707);
  });
});

describe('data without spread', () => {
  it('gives no effect to test', () => {
    expect(absoluteEffect(sampleOfProportion(50, 0), sampleOfProportion(50, 50))).toBeNull();
    expect(relativeEffect(sampleOfProportion(50, 0), sampleOfProportion(50, 10))).toBeNull();
    expect(absoluteEffect(sampleOfProportion(0, 0), sampleOfProportion(1, 1))).toBeNull();
  });
});
