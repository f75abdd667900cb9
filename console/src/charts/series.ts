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

/** Metrics that belong in one chart: `train/loss` and `val/loss` measure the same thing. */
export function groupByQuantity(series: readonly Series[]): { quantity: string; series: Series[] }[] {
  const groups = Map.groupBy(series, (one) => one.label.slice(one.label.lastIndexOf('/') + 1));
  return [...groups].map(([quantity, members]) => ({ quantity, series: members }));
}

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
