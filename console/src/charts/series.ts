import type { RunMetric } from '../api/schemas.js';

export type Point = { x: number; y: number };
export type Series = { id: string; label: string; points: Point[] };

/** Metrics by name, each in the order of its steps; a step reported twice (a resumed run repeats some) keeps the later value. */
export function metricSeries(metrics: readonly RunMetric[]): Series[] {
  const byName = new Map<string, Map<number, number>>();
  for (const metric of metrics) {
    const points = byName.get(metric.name) ?? new Map<number, number>();
    points.set(metric.step, metric.value);
    byName.set(metric.name, points);
  }
  return [...byName].map(([name, points]) => ({
    id: name,
    label: name,
    points: [...points].sort(([a], [b]) => a - b).map(([x, y]) => ({ x, y })),
  }));
}

/** Series on one shared axis: every x that occurs, with null where a series has no point there. */
export function shareAxis(series: readonly Series[]): { xs: number[]; rows: (number | null)[][] } {
  const xs = [...new Set(series.flatMap((one) => one.points.map((point) => point.x)))].sort((a, b) => a - b);
  const rows = series.map((one) => {
    const at = new Map(one.points.map((point) => [point.x, point.y]));
    return xs.map((x) => at.get(x) ?? null);
  });
  return { xs, rows };
}

const splitPrefix = /^(train|val|test)\//;

/** What a metric measures: `loss` of `train/loss` and of `loss/colour`, `accuracy` of `val/accuracy/colour`. */
const quantityOf = (metric: string): string => metric.replace(splitPrefix, '').split('/', 1)[0] ?? metric;

const shownFirst = ['loss', 'accuracy'];
const rank = (quantity: string): number =>
  shownFirst.includes(quantity) ? shownFirst.indexOf(quantity) : shownFirst.length;

/** Metrics that measure the same go into one chart; what a run is judged by comes first. */
export function groupByQuantity(
  series: readonly Series[],
  metricOf = (one: Series) => one.label,
): { quantity: string; series: Series[] }[] {
  return [...Map.groupBy(series, (one) => quantityOf(metricOf(one)))]
    .map(([quantity, members]) => ({ quantity, series: members }))
    .sort((x, y) => rank(x.quantity) - rank(y.quantity));
}

/** `images_per_second` reads as `Images per second`. */
export const quantityTitle = (quantity: string): string =>
  quantity.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());

/** At most `limit` points, keeping the first and the last: a curve of 20,000 steps looks the same with 600. */
export function thin(points: readonly Point[], limit: number): Point[] {
  if (points.length <= limit) return [...points];
  const stride = (points.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, index) => points[Math.round(index * stride)]!);
}

/** Powers of ten around positive values: the ticks of a logarithmic axis. */
export function decades(values: readonly number[]): number[] {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return [1, 10];
  const first = Math.floor(Math.log10(Math.min(...positive)) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...positive)) - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(`1e${first + index}`));
}
