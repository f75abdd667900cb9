import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../kernel/index.js';
import { Transactions } from '../platform/database/index.js';
import { useDatabase } from '../testing/database.js';
import { Experiment } from './experiment.entity.js';
import { RunsRepository, type Holder } from './runs.repository.js';
import { Run } from './run.entity.js';
import type { RunState } from './run.states.js';

const database = useDatabase();
let dataSource: DataSource;
let runs: RunsRepository;
let transactions: Transactions;

beforeAll(async () => {
  dataSource = await new DataSource({
    type: 'postgres',
    url: database.url,
    entities: [Experiment, Run],
    poolSize: 10,
  }).initialize();
  runs = new RunsRepository(dataSource);
  transactions = new Transactions(dataSource);
});
afterAll(() => dataSource.destroy());
beforeEach(() => database.query('TRUNCATE experiments CASCADE'));

interface Wanted {
  state?: RunState;
  threads?: number;
  dependsOn?: string[];
  experimentId?: string;
}

let position = 0;

async function anExperiment(): Promise<string> {
  const id = newId();
  await database.query(
    `INSERT INTO experiments (id, name, spec, created_by, created_at) VALUES ($1, 'x', '{}', $1, now())`,
    [id],
  );
  return id;
}

async function aRun({ state = 'queued', threads = 1, dependsOn = [], experimentId }: Wanted = {}): Promise<string> {
  const id = newId();
  position += 1;
  await database.query(
    `INSERT INTO runs (id, experiment_id, name, position, recipe, parameters, inputs, depends_on, limits, seed, state, created_at, queued_at)
     VALUES ($1, $2, $3, $4::int, 'finetune', '{}', '[]', $5, $6, 1, $7, now(), now() + $4::int * interval '1 millisecond')`,
    [
      id,
      experimentId ?? (await anExperiment()),
      `run-${position}`,
      position,
      dependsOn,
      JSON.stringify({ threads }),
      state,
    ],
  );
  return id;
}

const stateOf = async (id: string): Promise<string | undefined> => (await runs.find(id))?.state;
const holderOf = (run: Run | null): Holder => ({
  runId: run?.id ?? '',
  attempt: run?.attempt ?? 0,
  workerId: run?.workerId ?? '',
});
const succeeded = { state: 'succeeded', failure: null, result: {} } as const;

describe('claiming', () => {
  it('gives a run to one of many claimers', async () => {
    const id = await aRun();
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, index) => runs.claim(`w${index}`, `host${index}`, 2)),
    );
    expect(claims.filter((claim) => claim !== null).map((claim) => claim.id)).toEqual([id]);
  });

  it('gives no host more threads than it has CPUs, whoever asks', async () => {
    for (let count = 0; count < 6; count += 1) await aRun();
    const claims = await Promise.all(Array.from({ length: 8 }, (_, index) => runs.claim(`w${index}`, 'host', 2)));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(2);
    expect(await runs.claim('other', 'other-host', 2)).not.toBeNull();
  });

  it('takes the oldest, and lets a big one wait for its turn rather than pass it by', async () => {
    const [small, big, last] = [await aRun(), await aRun({ threads: 2 }), await aRun()];
    const first = await runs.claim('w', 'host', 2);
    expect(first?.id).toBe(small);
    expect(await runs.claim('w', 'host', 2)).toBeNull();
    await transactions.run((tx) => runs.end(holderOf(first), succeeded, tx));
    expect((await runs.claim('w', 'host', 2))?.id).toBe(big);
    expect(await stateOf(last)).toBe('queued');
  });

  it('runs what wants more threads than there are, alone', async () => {
    const id = await aRun({ threads: 64 });
    expect(await runs.claim('w', 'host', 2)).toMatchObject({ id, threads: 2, attempt: 1 });
  });
});

describe('a lease', () => {
  it('is renewed by its holder only', async () => {
    await aRun();
    const holder = holderOf(await runs.claim('w', 'host', 2));
    expect(await runs.renew(holder)).toEqual({ cancelRequested: false });
    expect(await runs.renew({ ...holder, attempt: 2 })).toBeNull();
    expect(await runs.renew({ ...holder, workerId: 'other' })).toBeNull();
  });

  it('that ran out is found, unless the run is worked on here', async () => {
    const id = await aRun();
    await runs.claim('w', 'host', 2);
    expect(await runs.findLost([])).toEqual([]);
    await database.query(`UPDATE runs SET lease_until = now() - interval '1 second'`);
    expect(await runs.findLost([id])).toEqual([]);
    expect(await runs.findLost([])).toEqual([{ runId: id, attempt: 1, workerId: 'w' }]);
  });

  it('that was lost registers nothing: the attempt after it ends the run, once', async () => {
    await aRun();
    const stale = holderOf(await runs.claim('w1', 'host', 2));
    expect(await transactions.run((tx) => runs.requeue(stale, 0, tx))).toBe(true);
    expect(await transactions.run((tx) => runs.requeue(stale, 0, tx))).toBe(false);
    const current = holderOf(await runs.claim('w2', 'host', 2));
    expect(current.attempt).toBe(2);
    expect(await transactions.run((tx) => runs.end(stale, succeeded, tx))).toBe(false);
    const ends = await Promise.all([1, 2, 3].map(() => transactions.run((tx) => runs.end(current, succeeded, tx))));
    expect(ends.filter(Boolean)).toHaveLength(1);
  });
});

describe('steps that wait', () => {
  it('are queued when all before them succeeded', async () => {
    const experimentId = await anExperiment();
    const first = await aRun({ experimentId, state: 'succeeded' });
    const second = await aRun({ experimentId, state: 'queued' });
    const waiting = await aRun({ experimentId, state: 'waiting', dependsOn: [first, second] });
    expect(await transactions.run((tx) => runs.queueReady(experimentId, tx))).toEqual([]);
    await database.query(`UPDATE runs SET state = 'succeeded' WHERE id = $1`, [second]);
    expect(await runs.findStuckExperiments()).toEqual([experimentId]);
    expect(await transactions.run((tx) => runs.queueReady(experimentId, tx))).toEqual([waiting]);
  });

  it('are cancelled through the whole chain when one before them failed', async () => {
    const experimentId = await anExperiment();
    const failed = await aRun({ experimentId, state: 'failed' });
    const next = await aRun({ experimentId, state: 'waiting', dependsOn: [failed] });
    const last = await aRun({ experimentId, state: 'waiting', dependsOn: [next] });
    expect(await transactions.run((tx) => runs.skipBlocked(experimentId, tx))).toEqual([next, last]);
    expect((await runs.find(last))?.failure?.message).toMatch(/Skipped because step run-\d+ was cancelled/);
  });

  it('are not missed when two steps end at once', async () => {
    const experimentId = await anExperiment();
    const before = [await aRun({ experimentId }), await aRun({ experimentId })];
    const waiting = await aRun({ experimentId, state: 'waiting', dependsOn: before });
    const claimed = [await runs.claim('w', 'host', 2), await runs.claim('w', 'host', 2)];
    await Promise.all(
      claimed.map((run) =>
        transactions.run(async (tx) => {
          await runs.lockExperiment(experimentId, tx);
          await runs.end(holderOf(run), succeeded, tx);
          await runs.queueReady(experimentId, tx);
        }),
      ),
    );
    expect(await stateOf(waiting)).toBe('queued');
  });
});

it('cancels what has not started and asks what runs', async () => {
  const running = await aRun();
  await runs.claim('w', 'host', 1);
  const [queued, done] = [await aRun(), await aRun({ state: 'succeeded' })];
  expect(await transactions.run((tx) => runs.requestCancel([running, queued, done], tx))).toEqual([queued, running]);
  expect([await stateOf(running), await stateOf(queued), await stateOf(done)]).toEqual([
    'running',
    'cancelled',
    'succeeded',
  ]);
});
