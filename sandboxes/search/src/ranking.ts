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
  // Plain numbers: an object for each of a million rows would cost more than comparing them.
  const rows = new Int32Array(filter.count);
  const scores = new Float64Array(filter.count);
  let filled = 0;
  for (const row of filter.rows()) {
    rows[filled] = row;
    scores[filled] = source.score(row, question);
    filled += 1;
  }
  for (let k = atLeast; ; k *= GROWTH) {
    const hits = best(rows, scores, k);
    if (k >= filled || suffices(hits)) return { hits, approximate: false, candidates: filled };
  }
}

/** The `k` best, in order: a heap whose root is the worst that is kept. */
function best(rows: Int32Array, scores: Float64Array, k: number): Hit[] {
  const heap: Hit[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    if (heap.length === k && scores[at]! < heap[0]!.score) continue;
    const hit = { row: rows[at]!, score: scores[at]! };
    if (heap.length < k) siftUp(heap, hit);
    else if (before(hit, heap[0]!) < 0) siftDown(heap, hit);
  }
  return heap.sort(before);
}

const isWorse = (a: Hit, b: Hit): boolean => before(a, b) > 0;

function siftUp(heap: Hit[], hit: Hit): void {
  let at = heap.push(hit) - 1;
  for (let parent = (at - 1) >> 1; at > 0 && isWorse(hit, heap[parent]!); parent = (at - 1) >> 1) {
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = hit;
}

/** Puts `hit` in the place of the root. */
function siftDown(heap: Hit[], hit: Hit): void {
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && isWorse(heap[child + 1]!, heap[child]!)) child += 1;
    if (!isWorse(heap[child]!, hit)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = hit;
}
