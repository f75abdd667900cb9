import { Random } from '@graft/runner';

/** An estimate with its 95 % percentile interval over `n` resampled items. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** 1 right, 0 wrong, `UNLABELLED` where the item has no label for the target. */
export type Outcomes = Uint8Array;
export const UNLABELLED = 255;

/** One candidate's answers: target -> outcome of each item, all candidates over the same items in the same order. */
export type Scores = ReadonlyMap<string, Outcomes>;

/** Accuracy per candidate and target in each resample: `draws[r][candidate][target]`. */
export interface Resamples {
  readonly draws: readonly (readonly Float64Array[])[];
  readonly targets: readonly string[];
}

/** Mean share of right answers among the labelled items, each item counted `weights` times (once where absent). */
export function accuracy(outcomes: Outcomes, weights?: Uint16Array): number {
  let right = 0;
  let labelled = 0;
  for (let item = 0; item < outcomes.length; item += 1) {
    const outcome = outcomes[item] as number;
    if (outcome === UNLABELLED) continue;
    const weight = weights ? (weights[item] as number) : 1;
    right += weight * outcome;
    labelled += weight;
  }
  return labelled === 0 ? Number.NaN : right / labelled;
}

/** Draws items with replacement, the same items for every candidate: differences between candidates stay paired. */
export function resample(candidates: readonly Scores[], count: number, random: Random): Resamples {
  const targets = [...(candidates[0]?.keys() ?? [])];
  const itemCount = candidates[0]?.get(targets[0] ?? '')?.length ?? 0;
  const draws = Array.from({ length: count }, () => {
    const weights = new Uint16Array(itemCount);
    for (let draw = 0; draw < itemCount; draw += 1) {
      const item = random.below(itemCount);
      weights[item] = (weights[item] as number) + 1;
    }
    return candidates.map((scores) =>
      Float64Array.from(targets, (target) => accuracy(scores.get(target) as Outcomes, weights)),
    );
  });
  return { draws, targets };
}

/** The mean over targets; a target that no drawn item carries is left out. */
export function meanOverTargets(perTarget: ArrayLike<number>): number {
  const known = Array.from(perTarget).filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** 2.5 and 97.5 percentiles around `value`. */
export function percentileInterval(value: number, samples: readonly number[], n: number): Estimate {
  const sorted = samples.filter((sample) => !Number.isNaN(sample)).sort((a, b) => a - b);
  return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975), n };
}

/** Linear interpolation between the order statistics of `sorted` (the default of R and NumPy). */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const lower = sorted[below] as number;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return lower + (upper - lower) * (position - below);
}

/** Two-sided p that the difference is zero: twice the share of resampled differences on the other side, never below 1 in count + 1. */
export function bootstrapPValue(differences: readonly number[]): number {
  const notAbove = differences.filter((difference) => difference <= 0).length;
  const notBelow = differences.filter((difference) => difference >= 0).length;
  return Math.min(1, (2 * (Math.min(notAbove, notBelow) + 1)) / (differences.length + 1));
}
