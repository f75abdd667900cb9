import { answer } from '../api.js';
import { untilAnswering } from '../commands/search-indexes.js';
import type { Figure } from '../main-job/figures.js';
import type { Session } from '../session.js';
import { ask, askOrThrow, type Answer, type Question } from './asking.js';
import type { Prepared } from './prepare.js';
import { quantileFigure } from './measuring.js';

const WORKERS = 4;
/** Each turn is a switch to a snapshot whose server has to start, and two ways back between servers that are warm. */
const TURNS = 4;
const ROLLBACKS = 2;

/** Items and scores to the last digit: two snapshots that agree in these are one. */
const fingerprint = ({ items }: Answer): string => JSON.stringify(items.map(({ id, score }) => [id, score]));

/** What each question must be answered by each snapshot, asked while nothing moves. */
type Expected = ReadonlyMap<string, readonly string[]>;

export interface Switching {
  readonly figures: Figure[];
  /** Questions on which the two snapshots differ: only these can tell a mixed answer. */
  readonly telling: number;
}

/** Switches and rolls back while questions keep coming; every answer is compared with what the one snapshot it names must say. */
export async function measureSwitching(
  session: Session,
  { index, snapshots }: Prepared,
  questions: readonly Question[],
): Promise<Switching> {
  const { id } = index;
  const expected = new Map<string, string[]>();
  for (const snapshotId of snapshots) {
    await switchTo(session, id, snapshotId);
    const answers: Answer[] = [];
    for (const question of questions) answers.push(await askOrThrow(session, id, question));
    expected.set(snapshotId, answers.map(fingerprint));
  }
  const [first, second] = snapshots.map((snapshotId) => expected.get(snapshotId)!);
  const telling = first!.filter((each, at) => each !== second![at]).length;

  const load = startLoad(session, id, { questions, expected });
  const switchMs: number[] = [];
  const rollbackMs: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const { current } = await untilAnswering(session, id);
    const other = current!.snapshotId === snapshots[0] ? snapshots[1] : snapshots[0];
    switchMs.push(await timed(() => switchTo(session, id, other)));
    for (let back = 0; back < ROLLBACKS; back += 1)
      rollbackMs.push(
        await timed(() => answer(session.api.POST('/api/search-indexes/{id}/rollback', { params: { path: { id } } }))),
      );
  }
  const { answers, mixed, failed, perSnapshot, seconds } = await load.stop();
  const count = (name: string, unit: string, value: number, n: number): Figure => ({
    name,
    unit,
    value,
    n,
    low: value,
    high: value,
  });
  return {
    telling,
    figures: [
      count('mixed_version_answers', 'answers', mixed, answers),
      count('failed_requests', 'requests', failed, answers + failed),
      count('switches_and_rollbacks', 'under load', switchMs.length + rollbackMs.length, 1),
      count('answers_by_the_rarer_snapshot', 'answers', Math.min(...perSnapshot), answers),
      count('searches_per_second_under_load', 'of 4 at once', answers / seconds, answers),
      quantileFigure('switch_ms', 0.5, switchMs),
      quantileFigure('rollback_ms', 0.5, rollbackMs),
    ],
  };
}

/** A switch that starts a server of its own, also where that snapshot answered before. */
async function switchTo(session: Session, id: string, snapshotId: string): Promise<void> {
  await answer(
    session.api.PUT('/api/search-indexes/{id}/snapshot', {
      params: { path: { id } },
      body: { snapshotId, encoderVersionId: null, allowNewSpace: false },
    }),
  );
  await untilAnswering(session, id);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function startLoad(
  session: Session,
  indexId: string,
  { questions, expected }: { questions: readonly Question[]; expected: Expected },
) {
  const perSnapshot = new Map([...expected.keys()].map((snapshotId) => [snapshotId, 0]));
  let [mixed, failed, stopped] = [0, 0, false];
  const startedMs = performance.now();
  const worker = async (first: number): Promise<void> => {
    for (let at = first; !stopped; at = (at + WORKERS) % questions.length) {
      const { answer: found } = await ask(session, indexId, questions[at]!);
      if (found === null) {
        failed += 1;
        continue;
      }
      perSnapshot.set(found.snapshotId, (perSnapshot.get(found.snapshotId) ?? 0) + 1);
      if (expected.get(found.snapshotId)?.[at] !== fingerprint(found)) mixed += 1;
    }
  };
  const workers = Array.from({ length: WORKERS }, (_, first) => worker(first));
  return {
    async stop() {
      stopped = true;
      await Promise.all(workers);
      const counts = [...perSnapshot.values()];
      const answers = counts.reduce((sum, each) => sum + each, 0);
      return { answers, mixed, failed, perSnapshot: counts, seconds: (performance.now() - startedMs) / 1000 };
    },
  };
}
