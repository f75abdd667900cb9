import { float32, GraphBuilder, openSession } from '@graft/engine';
import type { Gallery } from './gallery.js';

const BATCH = 64;

/** Row i: the positions in the gallery nearest to query i, best first, with their cosines. */
export interface Nearest {
  readonly rows: readonly Int32Array[];
  readonly cosines: readonly Float32Array[];
}

/** The k nearest rows of the gallery to each query by cosine: exact, one product and a TopK for each batch of queries. */
export async function nearest(
  queries: Gallery,
  gallery: Gallery,
  options: { k: number; threads: number },
): Promise<Nearest> {
  const k = Math.min(options.k, gallery.ids.length);
  const g = new GraphBuilder();
  const products = g.matMul(
    g.input('queries', 'float32', ['n', gallery.dim]),
    g.transpose(g.input('gallery', 'float32', [gallery.ids.length, gallery.dim]), [1, 0]),
  );
  const [values, indices] = g.emit({
    opType: 'TopK',
    inputs: [products, g.integers([k])],
    outputs: [
      { type: 'float32', shape: ['n', k] },
      { type: 'int64', shape: ['n', k] },
    ],
  });
  await using session = await openSession(g.toModel({ values: values!, indices: indices! }), options);
  const corpus = float32([gallery.ids.length, gallery.dim], gallery.vectors);
  const rows: Int32Array[] = [];
  const cosines: Float32Array[] = [];
  for (let first = 0; first < queries.ids.length; first += BATCH) {
    const count = Math.min(BATCH, queries.ids.length - first);
    const batch = queries.vectors.subarray(first * queries.dim, (first + count) * queries.dim);
    const found = await session.run({ queries: float32([count, queries.dim], batch), gallery: corpus }, [
      'values',
      'indices',
    ]);
    for (let row = 0; row < count; row += 1) {
      const range = [row * k, (row + 1) * k] as const;
      rows.push(Int32Array.from((found.indices.data as BigInt64Array).subarray(...range), Number));
      cosines.push((found.values.data as Float32Array).slice(...range));
    }
  }
  return { rows, cosines };
}

/** Neighbours of rows of the gallery itself, each without the row it is. `positions` are the queries' rows. */
export function withoutSelf({ rows, cosines }: Nearest, positions: readonly number[], k: number): Nearest {
  const kept = rows.map((row, query) => [...row.keys()].filter((at) => row[at] !== positions[query]).slice(0, k));
  return {
    rows: rows.map((row, query) => Int32Array.from(kept[query]!, (at) => row[at]!)),
    cosines: cosines.map((row, query) => Float32Array.from(kept[query]!, (at) => row[at]!)),
  };
}
