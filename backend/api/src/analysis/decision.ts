import { analysisPolicy } from './analysis.policy.js';
import {
  absoluteEffect,
  relativeEffect,
  sampleOfProportion,
  sampleOfValues,
  type Effect,
  type Sample,
} from './statistics/effect.js';
import { fixedTest, sequentialTest } from './statistics/hypothesis-tests.js';
import { sampleRatioTest, type SampleRatio } from './statistics/sample-ratio.js';

export type MetricKind = 'conversion' | 'mean';
export type Outcome = 'pass' | 'fail' | 'inconclusive';

export interface Metric {
  readonly kind: MetricKind;
  /** What is counted, as a person says it: `save or purchase`. */
  readonly name: string;
  readonly better: 'higher' | 'lower';
}

/** What was counted for one variant. For a conversion `sum` is the number of units that did it. */
export interface VariantCounts {
  readonly name: string;
  readonly role: 'control' | 'treatment';
  readonly share: number;
  readonly n: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Difference {
  readonly estimate: number;
  /** 95 %, valid for a single look. */
  readonly fixed: Interval;
  readonly fixedPValue: number;
  /** 95 %, valid at every look. */
  readonly alwaysValid: Interval;
  readonly alwaysValidPValue: number;
}

export interface Comparison {
  readonly treatment: string;
  readonly absolute: Difference | null;
  readonly relative: Difference | null;
  readonly outcome: Outcome;
  readonly reason: string;
}

export interface Decision {
  readonly sampleRatio: SampleRatio | null;
  readonly comparisons: readonly Comparison[];
  readonly outcome: Outcome;
  readonly sentence: string;
}

/**
 * Compares every treatment with the control. The split is checked first, because a broken one makes every later number worthless. Passes
 * only when all treatments pass, fails when one fails, and says `inconclusive` with the reason for everything in between: no evidence
 * never passes and never fails.
 */
export function decide(metric: Metric, variants: readonly VariantCounts[]): Decision {
  const control = variants.find((variant) => variant.role === 'control');
  const treatments = variants.filter((variant) => variant.role === 'treatment');
  const sampleRatio = sampleRatioTest(
    variants.map((variant) => variant.n),
    variants.map((variant) => variant.share),
  );
  if (!control || treatments.length === 0) {
    return inconclusive(sampleRatio, [], 'the endpoint has no control and treatment to compare.');
  }
  const broken = sampleRatio !== null && sampleRatio.pValue < analysisPolicy.sampleRatioAlpha;
  const comparisons = treatments.map((treatment) => compare({ metric, control, treatment, broken }));
  if (broken) {
    return inconclusive(
      sampleRatio,
      comparisons,
      `the traffic was not split as configured (sample ratio p = ${significant(sampleRatio.pValue)}), so no difference can be trusted. Find out which requests or exposures are missing.`,
    );
  }
  const decisive =
    comparisons.find((comparison) => comparison.outcome === 'fail') ??
    comparisons.find((comparison) => comparison.outcome === 'inconclusive');
  return {
    sampleRatio,
    comparisons,
    outcome: decisive?.outcome ?? 'pass',
    sentence: capitalised(decisive?.reason ?? comparisons.map((comparison) => comparison.reason).join(' ')),
  };
}

interface Pair {
  readonly metric: Metric;
  readonly control: VariantCounts;
  readonly treatment: VariantCounts;
  readonly broken: boolean;
}

function compare({ metric, control, treatment, broken }: Pair): Comparison {
  const [a, b] = [sampleOf(metric, control), sampleOf(metric, treatment)];
  const absolute = difference(absoluteEffect(a, b));
  const relative = difference(relativeEffect(a, b));
  const verdict = (outcome: Outcome, reason: string): Comparison => ({
    treatment: treatment.name,
    absolute,
    relative,
    outcome,
    reason,
  });

  if (broken) return verdict('inconclusive', 'the traffic was not split as configured.');
  const missing = missingEvidence(metric, control, treatment);
  if (missing !== null) return verdict('inconclusive', missing);
  if (absolute === null)
    return verdict('inconclusive', `${metric.name} does not vary between units, so no interval can be given.`);

  const figures = `${describe(metric, treatment.name, b.mean)} against ${describe(metric, control.name, a.mean)}, difference ${signed(absolute.estimate)} (always-valid 95 % interval ${signed(absolute.alwaysValid.low)} to ${signed(absolute.alwaysValid.high)}, ${control.n + treatment.n} units).`;
  const direction =
    Math.sign(absolute.alwaysValid.low) === Math.sign(absolute.alwaysValid.high) ? Math.sign(absolute.estimate) : 0;
  if (direction === 0) return verdict('inconclusive', `not enough evidence that ${treatment.name} differs: ${figures}`);
  const better = direction > 0 === (metric.better === 'higher');
  return better
    ? verdict('pass', `${treatment.name} is better: ${figures}`)
    : verdict('fail', `${treatment.name} is worse: ${figures}`);
}

/** Why the counts are too small to be judged, or null. */
function missingEvidence(metric: Metric, control: VariantCounts, treatment: VariantCounts): string | null {
  for (const variant of [control, treatment]) {
    if (variant.n < analysisPolicy.minimumUnitsPerVariant) {
      return `${variant.name} has ${variant.n} units; at least ${analysisPolicy.minimumUnitsPerVariant} are needed.`;
    }
  }
  if (metric.kind !== 'conversion') return null;
  const events = control.sum + treatment.sum;
  const nonEvents = control.n + treatment.n - events;
  const rarer = Math.min(events, nonEvents);
  return rarer < analysisPolicy.minimumEventsOfEachKind
    ? `only ${rarer} units ${rarer === events ? 'did' : 'did not'} ${metric.name}; at least ${analysisPolicy.minimumEventsOfEachKind} are needed.`
    : null;
}

/** Mean and variance of one variant's units under the metric. */
export function sampleOf(metric: Metric, counts: VariantCounts): Sample {
  return metric.kind === 'conversion'
    ? sampleOfProportion(counts.n, counts.sum)
    : sampleOfValues(counts.n, counts.sum, counts.sumOfSquares);
}

function difference(effect: Effect | null): Difference | null {
  if (effect === null) return null;
  const fixed = fixedTest(effect, analysisPolicy.alpha);
  const sequential = sequentialTest(effect, analysisPolicy.alpha, analysisPolicy.sequentialTuning);
  return {
    estimate: effect.estimate,
    fixed: { low: fixed.low, high: fixed.high },
    fixedPValue: fixed.pValue,
    alwaysValid: { low: sequential.low, high: sequential.high },
    alwaysValidPValue: sequential.pValue,
  };
}

function inconclusive(sampleRatio: SampleRatio | null, comparisons: readonly Comparison[], sentence: string): Decision {
  return { sampleRatio, comparisons, outcome: 'inconclusive', sentence: capitalised(sentence) };
}

function describe(metric: Metric, variant: string, mean: number): string {
  return metric.kind === 'conversion'
    ? `${(100 * mean).toFixed(2)} % ${metric.name} with ${variant}`
    : `mean ${metric.name} ${significant(mean)} with ${variant}`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${significant(Math.abs(value))}`;
}

function significant(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
