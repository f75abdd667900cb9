import type { Random } from '@graft/runner';

export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

const RESAMPLES = 500;

/** The mean of `values` with its 95 % percentile bootstrap interval (Efron, 1979). */
export function meanWithInterval(values: ArrayLike<number>, random: Random): Estimate {
  const n = values.length;
  if (n === 0) return { value: 0, low: 0, high: 0, n };
  let sum = 0;
  for (let at = 0; at < n; at += 1) sum += values[at]!;
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let drawn = 0;
    for (let at = 0; at < n; at += 1) drawn += values[random.below(n)]!;
    return drawn / n;
  }).sort();
  return {
    value: sum / n,
    low: means[Math.floor(RESAMPLES * 0.025)]!,
    high: means[Math.ceil(RESAMPLES * 0.975) - 1]!,
    n,
  };
}
