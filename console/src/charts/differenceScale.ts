import type { Bounds } from '../api/schemas.js';

/** Where zero, the interval and the estimate lie on a line from 0 to 1, with zero always in view and a margin at both ends. */
export function differenceScale(
  estimate: number,
  { low, high }: Bounds,
): { zero: number; low: number; high: number; estimate: number } {
  const [from, to] = [Math.min(0, low, estimate), Math.max(0, high, estimate)];
  const span = to - from || 1;
  const at = (value: number) => 0.08 + (0.84 * (value - from)) / span;
  return { zero: at(0), low: at(low), high: at(high), estimate: at(estimate) };
}
