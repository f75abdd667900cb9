import { UsageError, worst, type Verdict } from '../exit-codes.js';
import { milliseconds, percent, table, times } from '../terminal/table.js';
import type { EvaluationReport } from '../api.js';

export interface Interval {
  value: number;
  low: number;
  high: number;
  n: number;
}

/** What the candidate must reach; each is judged by its whole interval. */
export interface Thresholds {
  candidate?: string;
  baseline?: string;
  /** Accuracy the candidate may lose, as a share (0.01 = one point). */
  margin: number;
  /** Least relative gain in accuracy, e.g. 0.3. */
  gain?: number;
  /** Least native / swapped ratios at `images` a request. */
  latencyRatio?: number;
  costRatio?: number;
  images: number;
}

export interface Check {
  name: string;
  verdict: Verdict;
  found: Interval;
  needed: number;
}

/** At least `needed`: certain when the whole interval is above, refuted when it is below, open otherwise. */
export const atLeast = (name: string, found: Interval, needed: number): Check => ({
  name,
  found,
  needed,
  verdict: found.low >= needed ? 'pass' : found.high < needed ? 'fail' : 'inconclusive',
});

export function pairOf(
  report: EvaluationReport,
  baseline: string,
  candidate: string,
): EvaluationReport['paired'][number] {
  const pair = report.paired.find(({ a, b }) => a === baseline && b === candidate);
  if (pair) return pair;
  const known = report.paired.map(({ a, b }) => `${a} -> ${b}`).join(', ') || 'none';
  throw new UsageError(
    `compare: expected a paired test of ${baseline} against ${candidate} in the report, found ${known}; choose with --baseline and --candidate`,
  );
}

export function judge(report: EvaluationReport, thresholds: Thresholds): { checks: Check[]; verdict: Verdict } {
  const candidate = thresholds.candidate ?? report.control?.candidate ?? report.accuracy.at(-1)?.candidate ?? '';
  const baseline = thresholds.baseline ?? report.accuracy.find((row) => row.candidate !== candidate)?.candidate ?? '';
  const pair = pairOf(report, baseline, candidate);
  const checks = [atLeast(`accuracy of ${candidate} minus ${baseline}`, pair.difference, -thresholds.margin)];
  if (thresholds.gain !== undefined)
    checks.push(atLeast(`relative gain of ${candidate} over ${baseline}`, pair.relative, thresholds.gain));
  const ratio = report.ratios.find((row) => row.imagesPerRequest === thresholds.images);
  for (const [name, needed] of [
    ['latency', thresholds.latencyRatio],
    ['cost', thresholds.costRatio],
  ] as const) {
    if (needed === undefined) continue;
    if (!ratio)
      throw new UsageError(
        `--images: expected one of ${report.ratios.map((row) => row.imagesPerRequest).join(', ')}, found ${thresholds.images}`,
      );
    checks.push(atLeast(`${name} ratio at ${thresholds.images} images`, ratio[name], needed));
  }
  return { checks, verdict: worst(checks.map((check) => check.verdict)) };
}

const withInterval = ({ value, low, high }: Interval): string =>
  `${percent(value)}  (${percent(low)} to ${percent(high)})`;

export function accuracyTable(report: EvaluationReport): string[] {
  const rows = report.accuracy.map(({ candidate, overall, perTarget }) => [
    candidate,
    withInterval(overall),
    ...report.targets.map((target) => (perTarget[target] ? percent(perTarget[target].value) : '')),
  ]);
  if (report.control) {
    const blanks = report.targets.map(() => '');
    rows.push(
      [`${report.control.candidate}, vectors shuffled`, withInterval(report.control.shuffled), ...blanks],
      ['chance', percent(report.control.chance), ...blanks],
    );
  }
  return table(
    [
      { title: `accuracy on ${report.itemCount} ${report.split} items` },
      { title: 'all targets (95 % interval)' },
      ...report.targets.map((title) => ({ title, align: 'right' as const })),
    ],
    rows,
  );
}

export function pairedTable(report: EvaluationReport): string[] {
  const rows = report.paired.map(({ a, b, difference, relative, pValue }) => [
    `${b} minus ${a}`,
    withInterval(difference),
    `${percent(relative.value)}`,
    pValue < 0.001 ? '< 0.001' : pValue.toFixed(3),
  ]);
  return table(
    [
      { title: 'same items, paired' },
      { title: 'difference (95 % interval)' },
      { title: 'relative', align: 'right' },
      { title: 'p', align: 'right' },
    ],
    rows,
  );
}

/** Small models cost millionths on a CPU. */
const money = (value: number, currency: string): string =>
  value >= 0.001 ? `${value.toFixed(3)} ${currency}` : `${(value * 1e6).toPrecision(3)} µ${currency}`;

/** Latency and cost side by side with their ratios, one row per number of images a request. */
export function latencyTable(report: EvaluationReport, native: string, swapped: string): string[] {
  const point = (candidate: string, images: number) =>
    report.latency.find((row) => row.candidate === candidate && row.imagesPerRequest === images);
  const rows = report.ratios.map(({ imagesPerRequest, latency, cost }) => {
    const [a, b] = [point(native, imagesPerRequest), point(swapped, imagesPerRequest)];
    const pair = (row: typeof a) => (row ? `${milliseconds(row.p50Ms)} / ${milliseconds(row.p95Ms)}` : '');
    return [
      String(imagesPerRequest),
      pair(a),
      pair(b),
      times(latency.value),
      a ? money(a.costPer1000, report.pricing.currency) : '',
      b ? money(b.costPer1000, report.pricing.currency) : '',
      times(cost.value),
    ];
  });
  const right = (title: string) => ({ title, align: 'right' as const });
  return table(
    [
      right('images'),
      right(`${native} p50 / p95`),
      right(`${swapped} p50 / p95`),
      right('ratio'),
      right(`${native}, 1000 requests`),
      right(`${swapped}, 1000 requests`),
      right('ratio'),
    ],
    rows,
  );
}

export function checkLines(checks: readonly Check[]): string[] {
  const figure = (value: number): string => (Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(1));
  return checks.map(
    ({ name, verdict, found, needed }) =>
      `${verdict.padEnd(12)}  ${name}: ${figure(found.value)} (${figure(found.low)} to ${figure(found.high)}), needed at least ${figure(needed)}`,
  );
}
