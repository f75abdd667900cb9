import type { HnswParameters } from '@graft/protocol';
import { exactSearch, Index, type Matches, MetricKind, ScalarKind } from 'usearch';
import { InputInvalid } from './failures.js';

/** Rows by their cosine with a query, the largest first. */
export interface Neighbours {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
}

/** Row-major f32 vectors. */
export interface VectorTable {
  readonly vectors: Float32Array;
  readonly dim: number;
}

export interface NeighbourSearch {
  /** The `k` nearest rows, fewer where there are fewer. @throws InputInvalid for a vector of another dimension */
  search(vector: Float32Array, k: number): Neighbours;
}

/** Compares a query with every row: about 35 ns a row of 128 numbers. */
export class ExactSearch implements NeighbourSearch {
  private readonly vectors: Float32Array;
  private readonly dim: number;

  constructor({ vectors, dim }: VectorTable) {
    this.vectors = atBufferStart(vectors);
    this.dim = dim;
  }

  search(vector: Float32Array, k: number): Neighbours {
    const { vectors, dim } = this;
    assertDimension(vector, dim);
    const count = Math.min(k, vectors.length / dim);
    if (count === 0) return { rows: new Uint32Array(), scores: new Float32Array() };
    return neighboursOf(exactSearch(vectors, atBufferStart(vector), dim, count, MetricKind.Cos, 1) as Matches);
  }
}

/** A navigable small world over the rows. It keeps f16 copies of the vectors, which costs it no recall that can be measured. */
export class HnswSearch implements NeighbourSearch {
  private constructor(
    private readonly index: Index,
    private readonly dim: number,
  ) {}

  static build({ vectors, dim }: VectorTable, parameters: HnswParameters, threads: number): HnswSearch {
    const index = emptyIndex(dim, parameters);
    const keys = BigUint64Array.from({ length: vectors.length / dim }, (_, row) => BigInt(row));
    if (keys.length > 0) index.add(keys, vectors, threads);
    return new HnswSearch(index, dim);
  }

  /** Maps an index file into memory. @throws InputInvalid where it holds another number of rows */
  static view(path: string, { rows, dim }: { rows: number; dim: number }, parameters: HnswParameters): HnswSearch {
    const index = emptyIndex(dim, parameters);
    index.view(path);
    if (index.size() !== rows)
      throw new InputInvalid(`${path} has ${index.size()} rows, the snapshot ${rows}. Run the embed step again.`);
    return new HnswSearch(index, dim);
  }

  search(vector: Float32Array, k: number): Neighbours {
    assertDimension(vector, this.dim);
    return neighboursOf(this.index.search(vector, Math.min(k, this.index.size()), 1));
  }

  save(path: string): void {
    this.index.save(path);
  }
}

function emptyIndex(dim: number, { connectivity, expansionAdd, expansionSearch }: HnswParameters): Index {
  return new Index({
    dimensions: dim,
    metric: MetricKind.Cos,
    quantization: ScalarKind.F16,
    connectivity,
    expansion_add: expansionAdd,
    expansion_search: expansionSearch,
    multi: false,
  });
}

function neighboursOf({ keys, distances }: Matches): Neighbours {
  return { rows: Uint32Array.from(keys, Number), scores: distances.map((distance) => 1 - distance) };
}

/** usearch's exactSearch reads from the start of the buffer, wherever the array begins in it. */
function atBufferStart(array: Float32Array): Float32Array {
  return array.byteOffset === 0 ? array : array.slice();
}

function assertDimension(vector: Float32Array, dim: number): void {
  if (vector.length !== dim)
    throw new InputInvalid(`The query: expected a vector of ${dim} numbers, found ${vector.length}.`);
}
