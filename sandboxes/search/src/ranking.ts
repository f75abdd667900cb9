/** A row and its cosine with the question. */
export interface Hit {
  readonly row: number;
  readonly score: number;
}

/** Better first; equal scores in the order of the rows, so that the same question has the same answer. */
const before = (a: Hit, b: Hit): number => b.score - a.score || a.row - b.row;

export interface Ranking {
  readonly hits: readonly Hit[];
  /** false: every row that was let through was compared. */
  readonly approximate: boolean;
  /** Rows that were compared, or that the index proposed. */
  readonly candidates: number;
}

/** The rows that may be found. */
export interface RowFilter {
  readonly count: number;
  has(row: number): boolean;
  rows(): Iterable<number>;
}

/** Where rows are looked for. */
export interface RankingSource {
  readonly count: number;
  /** Cosine of a row and the question. */
  score(row: number, question: Float32Array): number;
  /** The `k` nearest rows by an index that may miss some; null where there is no index. */
  readonly propose: ((question: Float32Array, k: number) => Hit[]) | null;
}

export interface RankingWish {
  readonly question: Float32Array;
  readonly filter: RowFilter;
  /** Asks for an exact ranking also where there is an index. */
  readonly exact: boolean;
  /** How many hits the caller would like to have at first. */
  readonly atLeast: number;
  /** Whether these hits give a whole page; where not, more are fetched. */
  readonly suffices: (hits: readonly Hit[]) => boolean;
}

/** So few rows are compared faster than the index is asked. */
const EXACT_BELOW = 4096;
/** From this share of all rows on the index is no shorter way. */
const WORTHWHILE_SHARE = 0.1;
const GROWTH = 4;

/**
 * The best rows that pass the filter, as many as `suffices` asks for where there are so many. The index knows no filter: it is asked
 * for more, the more the filter keeps out, then for more still, and at last every row that passes is compared.
 */
export function rank(source: RankingSource, wish: RankingWish): Ranking {
  const { question, filter, atLeast, suffices } = wish;
  if (source.propose !== null && !wish.exact && filter.count > EXACT_BELOW) {
    const share = filter.count / source.count;
    for (let k = Math.ceil(atLeast / share); k <= source.count * WORTHWHILE_SHARE; k *= GROWTH) {
      const proposed = source.propose(question, k);
      const hits = proposed.filter(({ row }) => filter.has(row)).sort(before);
      if (suffices(hits)) return { hits, approximate: true, candidates: proposed.length };
    }
  }
  return rankExactly(source, wish);
}

function rankExactly(source: RankingSource, { question, filter, atLeast, suffices }: RankingWish): Ranking {
  const all: Hit[] = [];
  for (const row of filter.rows()) all.push({ row, score: source.score(row, question) });
  for (let k = atLeast; ; k *= GROWTH) {
    const hits = k >= all.length ? all.sort(before) : best(all, k);
    if (hits.length === all.length || suffices(hits)) return { hits, approximate: false, candidates: all.length };
  }
}

/** The `k` best of many: a heap whose root is the worst that is kept. */
function best(all: readonly Hit[], k: number): Hit[] {
  const heap: Hit[] = [];
  const worse = (a: number, b: number): boolean => before(heap[a]!, heap[b]!) > 0;
  const swap = (a: number, b: number): void => void ([heap[a], heap[b]] = [heap[b]!, heap[a]!]);
  for (const hit of all) {
    if (heap.length < k) {
      heap.push(hit);
      for (let at = heap.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (!worse(at, parent)) break;
        swap(at, parent);
        at = parent;
      }
    } else if (before(hit, heap[0]!) < 0) {
      heap[0] = hit;
      for (let at = 0; ;) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        let down = at;
        if (left < k && worse(left, down)) down = left;
        if (right < k && worse(right, down)) down = right;
        if (down === at) break;
        swap(at, down);
        at = down;
      }
    }
  }
  return heap.sort(before);
}
