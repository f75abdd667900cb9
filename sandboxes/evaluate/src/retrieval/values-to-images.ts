import type { RetrievalReport } from '@graft/protocol';
import type { Random } from '@graft/runner';
import { askedOnce, meanInterval } from './intervals.js';
import { best, type Scorer } from './scorer.js';
import type { EncodeTexts } from './text-queries.js';

const DEPTH = 10;

export interface Labelled {
  readonly attribute: string;
  /** The attribute's value of each row of the gallery, undefined where the item has none. */
  readonly values: readonly (string | undefined)[];
  /** Whether a row is a judged item. */
  readonly judged: readonly boolean[];
}

type Figures = RetrievalReport['valuesToImages'][number];

/** Each value that a judged item has, asked for as a text: the share of right pictures among the first ten. */
export async function valuesToImages(
  { attribute, values, judged }: Labelled,
  tools: { scorer: Scorer; encode: EncodeTexts; draws: number; random: Random },
): Promise<Figures> {
  const judgedCounts = new Map<string, number>();
  for (const [row, value] of values.entries())
    if (judged[row] && value !== undefined) judgedCounts.set(value, (judgedCounts.get(value) ?? 0) + 1);
  const asked = [...judgedCounts].sort(([a], [b]) => (a < b ? -1 : 1));
  const precision = (rows: readonly number[], value: string): number =>
    rows.filter((row) => values[row] === value).length / DEPTH;
  const perValue: { count: number; judged: number; gallery: number }[] = [];
  for await (const scores of tools.scorer.scores((await tools.encode(asked.map(([value]) => value))).data)) {
    const [value, count] = asked[perValue.length] as [string, number];
    perValue.push({
      count,
      judged: precision(
        best(scores, DEPTH, (row) => judged[row] === true),
        value,
      ),
      gallery: precision(
        best(scores, DEPTH, () => true),
        value,
      ),
    });
  }
  const frequent = perValue.filter(({ count }) => count >= DEPTH);
  const labelled = perValue.reduce((sum, { count }) => sum + count, 0);
  const mean = (numbers: readonly number[]): number =>
    numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const interval = (numbers: readonly number[]) => meanInterval(askedOnce(numbers), tools.draws, tools.random);
  return {
    attribute,
    judged: interval(frequent.map((each) => each.judged)),
    allJudged: interval(perValue.map((each) => each.judged)),
    ceiling: mean(perValue.map(({ count }) => Math.min(1, count / DEPTH))),
    gallery: interval(perValue.map((each) => each.gallery)),
    random: mean(frequent.map(({ count }) => count / labelled)),
  };
}
