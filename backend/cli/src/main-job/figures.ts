import type { EvaluationReport } from '../api.js';
import { pairOf } from '../experiment/comparison.js';

/** One published number: `low` and `high` are its 95 % interval (for ratios: 2.5 and 97.5 percentile of the interleaved rounds). */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  n: number;
  low: number;
  high: number;
}

/** A number without an interval: counted, or known. */
export const exact = (name: string, unit: string, value: number, n: number): Figure => ({
  name,
  unit,
  value,
  n,
  low: value,
  high: value,
});

export interface BenchReport {
  bench: 'main-job';
  figures: Figure[];
  environment: Record<string, string>;
}

/** The names under which the experiment file enters the three models. */
export const candidates = { native: 'stock', tuned: 'tuned', swapped: 'swapped' } as const;

type Interval = { value: number; low: number; high: number; n: number };
const figure = (name: string, unit: string, { value, low, high, n }: Interval): Figure => ({
  name,
  value,
  unit,
  n,
  low,
  high,
});

/** Figures of one evaluation report, as DESIGN section 13 names them. */
export function evaluationFigures(report: EvaluationReport): Figure[] {
  const accuracyOf = (candidate: string): Interval => {
    const found = report.accuracy.find((row) => row.candidate === candidate);
    if (!found)
      throw new RangeError(
        `report.accuracy: expected a candidate named ${candidate}, found ${report.accuracy.map((row) => row.candidate).join(', ')}`,
      );
    return found.overall;
  };
  const { native, tuned, swapped } = candidates;
  const figures = [
    figure('accuracy_native', 'share', accuracyOf(native)),
    figure('accuracy_native_finetuned', 'share', accuracyOf(tuned)),
    figure('accuracy_swapped', 'share', accuracyOf(swapped)),
    figure('accuracy_gain', 'relative', pairOf(report, native, swapped).relative),
    figure('accuracy_gain_over_finetuned', 'relative', pairOf(report, tuned, swapped).relative),
  ];
  if (report.control) {
    const { shuffled, chance } = report.control;
    figures.push(
      figure('accuracy_shuffled', 'share', shuffled),
      figure('accuracy_chance', 'share', { value: chance, low: chance, high: chance, n: report.itemCount }),
    );
  }
  for (const { imagesPerRequest, latency, cost } of report.ratios) {
    figures.push(
      figure(`latency_ratio_${imagesPerRequest}`, 'native / swapped', latency),
      figure(`cost_ratio_${imagesPerRequest}`, 'native / swapped', cost),
    );
  }
  return figures;
}
