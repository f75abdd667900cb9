import type { Answered } from './intervals.js';
import type { Scorer } from './scorer.js';

/** Titles that are the same question. */
export const titleKey = (title: string): string => title.trim().toLowerCase();

/** Every distinct title of the judged items: how many of them have it, and which rows of the gallery are right. */
export interface TitleQuestion {
  readonly title: string;
  readonly asked: number;
  readonly right: readonly number[];
}

export function titleQuestions(titles: readonly string[], judged: readonly number[]): TitleQuestion[] {
  const rows = new Map<string, number[]>();
  for (const [row, title] of titles.entries()) {
    const same = rows.get(titleKey(title));
    if (same) same.push(row);
    else rows.set(titleKey(title), [row]);
  }
  const asked = new Map<string, number>();
  for (const row of judged) {
    const key = titleKey(titles[row] as string);
    asked.set(key, (asked.get(key) ?? 0) + 1);
  }
  return [...asked].map(([title, count]) => ({ title, asked: count, right: rows.get(title) ?? [] }));
}

/** The place of the first right picture for each question, from 1; whatever ties with it is counted before it. */
export async function firstRightRanks(
  scorer: Scorer,
  queries: Float32Array,
  questions: readonly TitleQuestion[],
): Promise<number[]> {
  const ranks: number[] = [];
  for await (const scores of scorer.scores(queries)) {
    const right = new Set((questions[ranks.length] as TitleQuestion).right);
    const top = Math.max(...Array.from(right, (row) => scores[row] as number));
    let rank = 1;
    for (let row = 0; row < scores.length; row += 1) if ((scores[row] as number) >= top && !right.has(row)) rank += 1;
    ranks.push(rank);
  }
  return ranks;
}

export const RANK_FIGURES = {
  r1: (rank: number) => (rank === 1 ? 1 : 0),
  r10: (rank: number) => (rank <= 10 ? 1 : 0),
  mrr: (rank: number) => 1 / rank,
} as const;

export const answered = (
  ranks: readonly number[],
  questions: readonly TitleQuestion[],
  worth: (rank: number) => number,
): Answered => ({ values: ranks.map(worth), counts: questions.map(({ asked }) => asked) });

/** Recall within the first `depth` when the gallery is in random order: 1 minus the chance that no right picture is among them. */
export function randomRecall(questions: readonly TitleQuestion[], galleryCount: number, depth: number): number {
  const total = questions.reduce((sum, { asked }) => sum + asked, 0);
  const found = questions.map(({ asked, right }) => {
    let none = 1;
    for (let place = 0; place < Math.min(depth, galleryCount); place += 1)
      none *= Math.max(0, galleryCount - right.length - place) / (galleryCount - place);
    return asked * (1 - none);
  });
  return found.reduce((sum, value) => sum + value, 0) / total;
}
