import { ExactSearch, type Neighbours, type NeighbourSearch, type VectorTable } from './neighbours.js';

const NEIGHBOURS = 10;
const QUERIES = 200;
/** Rows as near as the tenth neighbour count as found: which of two equal pictures is tenth is chance. */
const TIE = 1e-6;

export interface Recall {
  /** Mean share of the 10 nearest neighbours that were found, a query's own row left out. */
  readonly recall10: number;
  readonly queries: number;
  /** Median time of one search. */
  readonly p50Ms: number;
}

/**
 * Asks for the neighbours of a sample of `truth`'s own rows, spread evenly over the table.
 * @returns null for a table without neighbours to find
 */
export function measureRecall(truth: VectorTable, candidate: NeighbourSearch): Recall | null {
  const { vectors, dim } = truth;
  const rows = vectors.length / dim;
  const wanted = Math.min(NEIGHBOURS, rows - 1);
  if (wanted < 1) return null;
  const exact = new ExactSearch(truth);
  const queries = Math.min(QUERIES, rows);
  const times: number[] = [];
  let found = 0;
  for (let query = 0; query < queries; query += 1) {
    const row = Math.floor((query * rows) / queries);
    const vector = vectors.subarray(row * dim, (row + 1) * dim);
    const began = performance.now();
    const nearest = candidate.search(vector, wanted + 1);
    times.push(performance.now() - began);
    const tenth = scoreOfLast(exact.search(vector, wanted + 1), row);
    const others = [...nearest.rows].filter((other) => other !== row).slice(0, wanted);
    found += others.filter((other) => cosine(vector, vectors, other * dim) >= tenth - TIE).length;
  }
  times.sort((a, b) => a - b);
  return { recall10: found / (queries * wanted), queries, p50Ms: times[Math.floor(queries / 2)] as number };
}

/** The score of the farthest neighbour once the query's own row is left out. */
function scoreOfLast({ rows, scores }: Neighbours, self: number): number {
  const last = rows.at(-1) === self ? -2 : -1;
  return scores.at(last) as number;
}

function cosine(query: Float32Array, vectors: Float32Array, offset: number): number {
  let [product, queryNorm, rowNorm] = [0, 0, 0];
  for (let at = 0; at < query.length; at += 1) {
    const [a, b] = [query[at] as number, vectors[offset + at] as number];
    product += a * b;
    queryNorm += a * a;
    rowNorm += b * b;
  }
  return product / Math.sqrt(queryNorm * rowNorm);
}
