import { describe, expect, it } from 'vitest';
import { rank, type Hit, type RankingSource, type RowFilter } from './ranking.js';

const COUNT = 50_000;
const question = new Float32Array();

/** The score of a row falls with its number; the index loses every seventh row. */
function lineOfRows(onPropose: (k: number) => void = () => undefined): RankingSource {
  const score = (row: number): number => 1 - row / COUNT;
  const propose = (_question: Float32Array, k: number): Hit[] => {
    onPropose(k);
    const hits: Hit[] = [];
    for (let row = 0; hits.length < k; row += 1) if (row % 7 !== 6) hits.push({ row, score: score(row) });
    return hits;
  };
  return { count: COUNT, score, propose };
}

function every(step: number): RowFilter {
  const rows = Array.from({ length: COUNT / step }, (_, index) => index * step);
  return { count: rows.length, has: (row) => row % step === 0, rows: () => rows };
}

const wish = (filter: RowFilter, more: object = {}) => ({
  question,
  filter,
  exact: false,
  atLeast: 10,
  suffices: (hits: readonly Hit[]) => hits.length >= 10,
  ...more,
});
const first = (hits: readonly Hit[], count: number): number[] => hits.slice(0, count).map(({ row }) => row);

describe('with an index', () => {
  it('asks it once where no filter keeps anything out', () => {
    const asked: number[] = [];
    const { hits, approximate, candidates } = rank(
      lineOfRows((k) => asked.push(k)),
      wish(every(1)),
    );
    expect({ approximate, candidates, asked }).toEqual({ approximate: true, candidates: 10, asked: [10] });
    expect(first(hits, 8)).toEqual([0, 1, 2, 3, 4, 5, 7, 8]);
  });

  it('asks it for more, the more a filter keeps out', () => {
    const asked: number[] = [];
    const { hits, approximate } = rank(
      lineOfRows((k) => asked.push(k)),
      wish(every(10), { suffices: (found: readonly Hit[]) => found.length >= 12 }),
    );
    expect(approximate).toBe(true);
    expect(asked).toEqual([100, 400]);
    expect(hits.length).toBeGreaterThanOrEqual(12);
    expect(hits.every(({ row }) => row % 10 === 0)).toBe(true);
  });

  it('compares everything that a selective filter lets through, so that a page is still full', () => {
    const { hits, approximate, candidates } = rank(lineOfRows(), wish(every(1000)));
    expect({ approximate, candidates }).toEqual({ approximate: false, candidates: 50 });
    expect(first(hits, 3)).toEqual([0, 1000, 2000]);
  });

  it('compares everything where the index never has enough', () => {
    const nearTheEnd: RowFilter = {
      count: 5000,
      has: (row) => row >= COUNT - 5000,
      rows: () => Array.from({ length: 5000 }, (_, index) => COUNT - 5000 + index),
    };
    const { hits, approximate } = rank(lineOfRows(), wish(nearTheEnd));
    expect(approximate).toBe(false);
    expect(first(hits, 2)).toEqual([45_000, 45_001]);
  });

  it('is passed over when an exact answer is asked for', () => {
    const { hits, approximate } = rank(lineOfRows(), wish(every(1), { exact: true }));
    expect(approximate).toBe(false);
    expect(first(hits, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('exactly', () => {
  const shuffled: RankingSource = { count: 1000, score: (row) => ((row * 7919) % 1000) / 1000, propose: null };
  const all: RowFilter = { count: 1000, has: () => true, rows: () => Array(1000).keys() };

  it('finds the best in order, as sorting everything would', () => {
    const sorted = Array.from({ length: 1000 }, (_, row) => ({ row, score: shuffled.score(row, question) })).sort(
      (a, b) => b.score - a.score || a.row - b.row,
    );
    expect(rank(shuffled, wish(all)).hits).toEqual(sorted.slice(0, 10));
  });

  it('goes on until the page is full, and ends with everything there is', () => {
    expect(rank(shuffled, wish(all, { suffices: (hits: readonly Hit[]) => hits.length >= 100 })).hits).toHaveLength(
      160,
    );
    expect(rank(shuffled, wish(all, { suffices: () => false })).hits).toHaveLength(1000);
    const none: RowFilter = { count: 0, has: () => false, rows: () => [] };
    expect(rank(shuffled, wish(none, { suffices: () => false }))).toEqual({
      hits: [],
      approximate: false,
      candidates: 0,
    });
  });
});
