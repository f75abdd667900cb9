import type { Snapshot } from '@graft/runner';
import { dot } from './vectors.js';

/** The rows of a snapshot, compared by cosine whether or not their space is normalised. */
export class RowVectors {
  private readonly rows: Float32Array;
  private readonly inverseLengths: Float32Array;

  constructor(snapshot: Pick<Snapshot, 'allRows' | 'dim' | 'ids'>) {
    this.rows = snapshot.allRows();
    this.dim = snapshot.dim;
    this.inverseLengths = Float32Array.from(snapshot.ids, (_id, row) => {
      const squared = dot(this.rows, row * this.dim, this.at(row));
      return squared > 0 ? 1 / Math.sqrt(squared) : 0;
    });
  }

  readonly dim: number;

  get count(): number {
    return this.inverseLengths.length;
  }

  /** Cosine of a row and a vector of length 1. */
  score(row: number, unit: Float32Array): number {
    return dot(this.rows, row * this.dim, unit) * this.inverseLengths[row]!;
  }

  /** Cosine of two rows. */
  cosine(a: number, b: number): number {
    return this.score(a, this.at(b)) * this.inverseLengths[b]!;
  }

  /** Mean of 1 - cosine over all pairs of rows: from the mean of the rows at length 1, whose squared length is the mean cosine. */
  meanDistance(): number {
    const mean = new Float32Array(this.dim);
    for (let row = 0; row < this.count; row += 1) {
      const weight = this.inverseLengths[row]! / this.count;
      const values = this.at(row);
      for (let index = 0; index < this.dim; index += 1) mean[index] = mean[index]! + values[index]! * weight;
    }
    return 1 - dot(mean, 0, mean);
  }

  /** A copy of a row at length 1. */
  unit(row: number): Float32Array {
    return this.at(row).map((value) => value * this.inverseLengths[row]!);
  }

  private at(row: number): Float32Array {
    return this.rows.subarray(row * this.dim, (row + 1) * this.dim);
  }
}
