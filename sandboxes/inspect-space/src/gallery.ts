import type { Snapshot } from '@graft/runner';

/** Some rows of a snapshot as unit vectors, row-major [ids.length, dim]. */
export interface Gallery {
  readonly ids: readonly string[];
  readonly dim: number;
  readonly vectors: Float32Array;
}

export interface Norms {
  readonly mean: number;
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
}

/** The vectors of `ids`, brought to unit length, and how long they were. Every id must be in the snapshot. */
export function readGallery(snapshot: Snapshot, ids: readonly string[]): { gallery: Gallery; norms: Norms } {
  const { dim } = snapshot;
  const vectors = new Float32Array(ids.length * dim);
  const lengths = ids.map((id, row) => {
    snapshot.copyRow(snapshot.rowOf(id)!, vectors, row * dim);
    return normalise(vectors.subarray(row * dim, (row + 1) * dim));
  });
  return { gallery: { ids, dim, vectors }, norms: normsOf(lengths) };
}

export const rowOf = ({ vectors, dim }: Gallery, row: number): Float32Array =>
  vectors.subarray(row * dim, (row + 1) * dim);

/** The rows at `positions`, in that order. */
export function pick(gallery: Gallery, positions: readonly number[]): Gallery {
  const vectors = new Float32Array(positions.length * gallery.dim);
  for (const [row, position] of positions.entries()) vectors.set(rowOf(gallery, position), row * gallery.dim);
  return { ids: positions.map((position) => gallery.ids[position]!), dim: gallery.dim, vectors };
}

/** The mean of all rows. */
export function centroid(gallery: Gallery): Float64Array {
  const sum = new Float64Array(gallery.dim);
  for (const [at, value] of gallery.vectors.entries()) sum[at % gallery.dim]! += value;
  return sum.map((value) => value / Math.max(1, gallery.ids.length));
}

/** Brings a vector to unit length in place and returns the length it had; a zero vector stays one. */
export function normalise(vector: Float32Array): number {
  const length = Math.hypot(...vector);
  if (length > 0) for (let at = 0; at < vector.length; at += 1) vector[at]! /= length;
  return length;
}

function normsOf(lengths: readonly number[]): Norms {
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const variance = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / lengths.length;
  const [min, max] = lengths.reduce(
    ([low, high], length) => [Math.min(low, length), Math.max(high, length)],
    [Number.POSITIVE_INFINITY, 0],
  );
  return { mean, deviation: Math.sqrt(variance), min, max };
}
