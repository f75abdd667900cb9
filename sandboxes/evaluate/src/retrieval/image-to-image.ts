import { best, type Scorer } from './scorer.js';

const DEPTH = 10;

/** The gallery as pictures that are like each other or not. */
export interface Likeness {
  /** Per row: what its picture shares with pictures that are like it; undefined where an attribute is missing. */
  readonly kinds: readonly (string | undefined)[];
  /** Per row: the sha256 of the picture's bytes. */
  readonly pictures: readonly string[];
}

/** Each query's share of like pictures among its ten nearest, without itself and without copies of its bytes. */
export async function precisionAt10(
  scorer: Scorer,
  queries: { readonly rows: readonly number[]; readonly vectors: Float32Array },
  { kinds, pictures }: Likeness,
): Promise<number[]> {
  const shares: number[] = [];
  for await (const scores of scorer.scores(queries.vectors)) {
    const query = queries.rows[shares.length] as number;
    const nearest = best(scores, DEPTH, (row) => pictures[row] !== pictures[query]);
    shares.push(nearest.filter((row) => kinds[row] === kinds[query]).length / DEPTH);
  }
  return shares;
}

/** What each query would get from pictures in random order. */
export function randomPrecision(rows: readonly number[], { kinds, pictures }: Likeness): number[] {
  const count = (values: readonly (string | undefined)[]): Map<string | undefined, number> => {
    const counts = new Map<string | undefined, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return counts;
  };
  const ofKind = count(kinds);
  const copies = count(pictures);
  const likeCopies = count(kinds.map((kind, row) => `${pictures[row]} ${kind}`));
  return rows.map((row) => {
    const same = copies.get(pictures[row]) as number;
    const like = (ofKind.get(kinds[row]) as number) - (likeCopies.get(`${pictures[row]} ${kinds[row]}`) as number);
    return like / (kinds.length - same);
  });
}
