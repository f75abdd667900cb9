import { float32, GraphBuilder, openSession, type Session } from '@graft/engine';

/** Queries scored at once: their scores against a gallery of 40,000 take 20 MB. */
const BLOCK = 128;

/** Vectors, row-major [rows, dim]. */
export interface Vectors {
  readonly data: Float32Array;
  readonly dim: number;
}

/** Inner products with every row of a gallery, by the kernel that models run on. */
export class Scorer implements AsyncDisposable {
  private constructor(
    private readonly session: Session,
    private readonly gallery: Vectors,
  ) {}

  static async open(gallery: Vectors, threads: number): Promise<Scorer> {
    const g = new GraphBuilder();
    const rows = g.input('gallery', 'float32', ['rows', gallery.dim]);
    const queries = g.input('queries', 'float32', ['n', gallery.dim]);
    return new Scorer(
      await openSession(g.toModel({ scores: g.gemm(queries, rows, { transB: true }) }), { threads }),
      gallery,
    );
  }

  get rows(): number {
    return this.gallery.data.length / this.gallery.dim;
  }

  /** The scores of each query against all rows, in the order of the queries; a row of scores lasts until the next one. */
  async *scores(queries: Float32Array): AsyncGenerator<Float32Array> {
    const { dim, data } = this.gallery;
    const count = queries.length / dim;
    const gallery = float32([this.rows, dim], data);
    for (let first = 0; first < count; first += BLOCK) {
      const size = Math.min(BLOCK, count - first);
      const block = float32([size, dim], queries.subarray(first * dim, (first + size) * dim));
      const { scores } = await this.session.run({ gallery, queries: block }, ['scores']);
      for (let row = 0; row < size; row += 1)
        yield (scores.data as Float32Array).subarray(row * this.rows, (row + 1) * this.rows);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.release();
  }
}

/** The `count` rows with the highest scores among those that are let in, best first; of equal ones the earlier row. */
export function best(scores: Float32Array, count: number, letIn: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; row < scores.length; row += 1) {
    const score = scores[row] as number;
    if (rows.length === count && score <= (scores[rows[count - 1] as number] as number)) continue;
    if (!letIn(row)) continue;
    let at = rows.length;
    while (at > 0 && score > (scores[rows[at - 1] as number] as number)) at -= 1;
    rows.splice(at, 0, row);
    if (rows.length > count) rows.pop();
  }
  return rows;
}

/** The first `length` numbers of each row, brought back to unit length. */
export function prefixOf({ data, dim }: Vectors, length: number): Vectors {
  const rows = data.length / dim;
  const cut = new Float32Array(rows * length);
  for (let row = 0; row < rows; row += 1) {
    const part = data.subarray(row * dim, row * dim + length);
    const norm = Math.hypot(...part) || 1;
    for (let at = 0; at < length; at += 1) cut[row * length + at] = (part[at] as number) / norm;
  }
  return { data: cut, dim: length };
}
