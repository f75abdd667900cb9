import type { DatasetItem } from '@graft/protocol';
import { type Dataset, InputInvalid, type Snapshot } from '@graft/runner';

/** The stored vectors of some items, in their order. */
export class VectorTable {
  constructor(
    readonly items: readonly DatasetItem[],
    private readonly vectors: Float32Array,
    private readonly dim: number,
  ) {}

  static of(items: readonly DatasetItem[], snapshot: Snapshot): VectorTable {
    const vectors = new Float32Array(items.length * snapshot.dim);
    for (const [index, item] of items.entries())
      snapshot.copyRow(snapshot.rowOf(item.id) as number, vectors, index * snapshot.dim);
    return new VectorTable(items, vectors, snapshot.dim);
  }

  /** The vectors of `indices`, row-major [indices.length, dim]. */
  gather(indices: ArrayLike<number>): Float32Array {
    const batch = new Float32Array(indices.length * this.dim);
    for (let row = 0; row < indices.length; row += 1) {
      const from = (indices[row] as number) * this.dim;
      batch.set(this.vectors.subarray(from, from + this.dim), row * this.dim);
    }
    return batch;
  }

  all(): Float32Array {
    return this.vectors;
  }
}

/** A swapped model can answer for no item without a vector, so the snapshot must hold every item, with the picture it has now. */
export function assertCovers(snapshot: Snapshot, dataset: Dataset): void {
  const missing = dataset.items.filter((item) => snapshot.rowOf(item.id) === undefined);
  if (missing.length > 0) {
    throw new InputInvalid(
      `snapshot: expected a vector for each of the ${dataset.items.length} items of the dataset, ${missing.length} have none (the first: ${missing[0]?.id}). Run embed on this dataset version first.`,
    );
  }
  const stale = dataset.items.filter((item) => snapshot.keys[snapshot.rowOf(item.id) as number] !== item.image.sha256);
  if (stale.length > 0) {
    throw new InputInvalid(
      `snapshot: expected vectors of the pictures the dataset has now, ${stale.length} of ${dataset.items.length} items have another picture since (the first: ${stale[0]?.id}). Run embed on this dataset version first.`,
    );
  }
}
