/**
 * Deterministic assignment, compatible with GrowthBook's SDKs bit for bit: the same unit, salt and weights give the same variant
 * there and here. Source: GrowthBook SDK specification 0.8.0, whose vectors are this file's tests.
 */

/** Half-open share of the unit interval: a unit whose hash lies in [start, end) belongs to it. */
export type BucketRange = readonly [start: number, end: number];

/** `id` is the salt; a unit is inside when its hash lies in [start, end). */
export type Namespace = readonly [id: string, start: number, end: number];

/** Weights that miss 1 by more than this are refused; the specification allows for rounded thirds. */
const WEIGHT_TOLERANCE = 0.01;

function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/**
 * A number in [0, 1) for a unit. Version 2 hashes twice: with a single FNV-1a two experiments over the same units correlate
 * perfectly. Returns null for an unknown version, as the specification asks.
 */
export function hashUnit(salt: string, unit: string, version: number): number | null {
  if (version === 1) return (fnv1a32(unit + salt) % 1000) / 1000;
  if (version === 2) return (fnv1a32(String(fnv1a32(salt + unit))) % 10_000) / 10_000;
  return null;
}

/** n equal weights; empty for n < 1. */
export function equalWeights(count: number): number[] {
  return count < 1 ? [] : Array.from({ length: count }, () => 1 / count);
}

/**
 * One range per variant. `coverage` (clamped to 0..1) shrinks each range at its end and leaves its start where it was, so widening it
 * never moves a unit that already has a variant. Weights of the wrong number or sum fall back to equal ones, as the specification asks;
 * callers validate before.
 */
export function bucketRanges(count: number, coverage: number, weights: readonly number[] | null): BucketRange[] {
  const covered = Math.min(1, Math.max(0, coverage));
  const usable = weights !== null && weights.length === count && Math.abs(sum(weights) - 1) <= WEIGHT_TOLERANCE;
  let start = 0;
  return (usable ? weights : equalWeights(count)).map((weight) => {
    const range: BucketRange = [start, start + covered * weight];
    start += weight;
    return range;
  });
}

/** Index of the range that holds `hash`, or -1 where no range does. */
export function chooseVariation(hash: number, ranges: readonly BucketRange[]): number {
  return ranges.findIndex(([start, end]) => hash >= start && hash < end);
}

export function inNamespace(unit: string, [id, start, end]: Namespace): boolean {
  const hash = (fnv1a32(`${unit}__${id}`) % 1000) / 1000;
  return hash >= start && hash < end;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
