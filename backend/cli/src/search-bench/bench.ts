import type { Figure } from '../main-job/figures.js';
import { machine } from '../main-job/report.js';
import { assertDataPresent } from '../main-job/sources.js';
import type { Session } from '../session.js';
import { table } from '../terminal/table.js';
import { measureSearches } from './measuring.js';
import { prepare } from './prepare.js';
import { heldOutQuestions } from './questions.js';
import type { SearchSource } from './sources.js';
import { measureSwitching } from './switching.js';

/** Questions whose answers are known for both snapshots while they are switched. */
const WATCHED = 48;

export interface SearchBenchReport {
  bench: 'search';
  figures: Figure[];
  environment: Record<string, string>;
}

/** Visual search as a visitor meets it: recall and latency one question at a time, then switches and rollbacks under load. */
export async function runSearchBench(session: Session, source: SearchSource): Promise<SearchBenchReport> {
  await assertDataPresent(source, 'search');
  const prepared = await prepare(session, source);
  const { version, index } = prepared;
  const { readsTexts, itemCount } = index.current!;
  const questions = await heldOutQuestions(session, version, { count: source.pictures, readsTexts });

  session.output.note('\n4  recall and latency, one question at a time');
  const searches = await measureSearches(session, index.id, questions);
  session.output.note('\n5  switches and rollbacks while questions keep coming');
  const switching = await measureSwitching(session, prepared, [
    ...questions.pictures.slice(0, WATCHED),
    ...questions.items.slice(0, WATCHED),
  ]);
  return {
    bench: 'search',
    figures: [...searches, ...switching.figures],
    environment: {
      ...machine(),
      data: source.name,
      items: String(itemCount),
      reads: readsTexts ? 'pictures, texts' : 'pictures',
      snapshots: 'f16 and int8, each with an HNSW index',
      questions_that_tell_the_snapshots_apart: `${switching.telling} of ${2 * Math.min(WATCHED, questions.pictures.length)}`,
      training: `${source.epochs} passes: enough for vectors to search, the retrieval figures are those of the bench embeddings`,
    },
  };
}

export function searchBenchLines({ figures, environment }: SearchBenchReport): string[] {
  const digits = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4));
  const right = (title: string) => ({ title, align: 'right' as const });
  return [
    '',
    ...table(
      [{ title: 'figure' }, right('value'), { title: 'unit' }, right('n'), right('low'), right('high')],
      figures.map(({ name, value, unit, n, low, high }) => [
        name,
        digits(value),
        unit,
        String(n),
        digits(low),
        digits(high),
      ]),
    ),
    '',
    ...Object.entries(environment).map(([name, value]) => `${name}: ${value}`),
  ];
}
