import { studentCriticalValue, studentTwoSidedTail } from './distributions.js';
import type { Effect } from './effect.js';

export interface TestResult {
  readonly low: number;
  readonly high: number;
  readonly pValue: number;
}

/** Welch's test: valid when looked at once, at a sample size fixed before. */
export function fixedTest(effect: Effect, alpha: number): TestResult {
  const halfWidth = studentCriticalValue(alpha, effect.degreesOfFreedom) * effect.standardError;
  return {
    low: effect.estimate - halfWidth,
    high: effect.estimate + halfWidth,
    pValue: studentTwoSidedTail(effect.estimate / effect.standardError, effect.degreesOfFreedom),
  };
}

/**
 * Asymptotic confidence sequence (Waudby-Smith et al., arXiv 2103.06476): valid at every look, however often one peeks.
 * `tuning` is the number of units at which the interval is tightest.
 */
export function sequentialTest(effect: Effect, alpha: number, tuning: number): TestResult {
  const rhoSquared = mixture(alpha, tuning);
  const k = effect.n * rhoSquared + 1;
  const halfWidth =
    effect.standardError * Math.sqrt(((2 * k) / (effect.n * rhoSquared)) * Math.log(Math.sqrt(k) / alpha));
  const z = effect.estimate / effect.standardError;
  const logEvidence = (effect.n * rhoSquared * z * z) / (2 * k) - Math.log(k) / 2;
  return {
    low: effect.estimate - halfWidth,
    high: effect.estimate + halfWidth,
    pValue: Math.min(1, Math.exp(-logEvidence)),
  };
}

/** The same, asking only whether treatment is greater: spends all of alpha on the lower bound. */
export function sequentialGreaterTest(effect: Effect, alpha: number, tuning: number): TestResult {
  const rhoSquared = mixture(2 * alpha, tuning);
  const k = effect.n * rhoSquared + 1;
  const scale = ((2 * k) / (effect.n * rhoSquared)) * effect.standardError ** 2;
  const halfWidth = Math.sqrt(scale * Math.log(1 + Math.sqrt(k) / (2 * alpha)));
  // The alpha whose lower bound is zero: the line above solved for alpha.
  const pValue = effect.estimate <= 0 ? 1 : Math.min(1, Math.sqrt(k) / (2 * Math.expm1(effect.estimate ** 2 / scale)));
  return { low: effect.estimate - halfWidth, high: Number.POSITIVE_INFINITY, pValue };
}

/** rho squared of the paper: the mixture that is tightest at `tuning` units. */
function mixture(alpha: number, tuning: number): number {
  const twice = -2 * Math.log(alpha);
  return (twice + Math.log(twice + 1)) / tuning;
}
