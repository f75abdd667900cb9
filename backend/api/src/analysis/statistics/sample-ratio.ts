import { chiSquareTail } from './distributions.js';

export interface SampleRatio {
  readonly chiSquare: number;
  readonly pValue: number;
}

/**
 * Chi-square test of the counts that came against the shares that were meant (positive numbers, any sum). Null with fewer than two arms
 * that should have had traffic or with nobody counted: there is nothing to compare.
 */
export function sampleRatioTest(counts: readonly number[], shares: readonly number[]): SampleRatio | null {
  const arms = counts.flatMap((count, i) => ((shares[i] ?? 0) > 0 ? [{ count, share: shares[i]! }] : []));
  const total = arms.reduce((sum, arm) => sum + arm.count, 0);
  const shareTotal = arms.reduce((sum, arm) => sum + arm.share, 0);
  if (arms.length < 2 || total === 0) return null;
  const chiSquare = arms.reduce((sum, arm) => {
    const expected = (total * arm.share) / shareTotal;
    return sum + (arm.count - expected) ** 2 / expected;
  }, 0);
  return { chiSquare, pValue: chiSquareTail(chiSquare, arms.length - 1) };
}
