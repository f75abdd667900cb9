import type { Event } from '@graft/protocol';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { newId } from '../kernel/index.js';
import { Transactions } from '../platform/database/index.js';
import { useDatabase } from '../testing/database.js';
import { insertModel } from '../testing/model-rows.js';
import type { SandboxJob, SandboxOutcome } from './sandbox-job.js';
import type { RunningJob, SandboxRunner } from './sandbox-runner.js';
import { ServerPool, type ServerMetric } from './server-pool.js';
import { ServersRepository } from './servers.repository.js';

const database = useDatabase();
const table = { name: 'model_servers', key: 'model_version_id' } as const;
let dataSource: DataSource;
let id: string;
let tree: string;
let sandboxes: FakeSandbox[];
let metrics: ServerMetric[];
let pool: ServerPool;

beforeAll(async () => {
  dataSource = await new DataSource({ type: 'postgres', url: database.url, entities: [], poolSize: 4 }).initialize();
});
afterAll(() => dataSource.destroy());

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout'] });
  id = (await insertModel(database, `model-${newId()}`, 1)).versionIds[0] as string;
  [tree, sandboxes, metrics] = ['first', [], []];
  const transactions = new Transactions(dataSource);
  const kind = {
    name: 'model-servers',
    table,
    followsInputs: true,
    jobOf: () => Promise.resolve({ inputs: [{ mount: 'snapshot', tree }] } as unknown as SandboxJob),
    announce: () => Promise.resolve(),
    onMetric: (_id: string, metric: ServerMetric) => Promise.resolve(void metrics.push(metric)),
  } as const;
  const runner = { start: (job: SandboxJob, listen: Listen) => Promise.resolve(fakeSandbox(job, listen)) };
  pool = new ServerPool(
    kind,
    new ServersRepository(dataSource, table),
    runner as unknown as SandboxRunner,
    transactions,
  );
  await transactions.run((tx) => pool.want(id, true, tx));
});
afterEach(async () => {
  await pool.stop();
  await database.query('DELETE FROM model_servers');
  vi.useRealTimers();
});

type Listen = (event: Event) => void;
interface FakeSandbox extends RunningJob {
  readonly inputs: SandboxJob['inputs'];
  say(event: object): void;
  end(): void;
  readonly ending: string | null;
}

function fakeSandbox({ inputs }: SandboxJob, listen: Listen): FakeSandbox {
  const outcome = Promise.withResolvers<SandboxOutcome>();
  let ending: string | null = null;
  const end = (how: string): void => {
    ending ??= how;
    outcome.resolve({ state: 'succeeded' } as unknown as SandboxOutcome);
  };
  const sandbox: FakeSandbox = {
    sandboxId: newId(),
    outcome: outcome.promise,
    serveFolder: `/serve-${sandboxes.length}`,
    inputs,
    usage: () => ({ cpuSeconds: 0, peakMemoryBytes: 0 }),
    cancel: (reason) => end(reason),
    kill: () => end('killed'),
    say: (event) => listen(event as Event),
    end: () => end('died'),
    get ending() {
      return ending;
    },
  };
  sandboxes.push(sandbox);
  return sandbox;
}

const row = async (): Promise<{ state: string; socket_path: string | null; failures: number }> => {
  const [found] = await database.query(
    'SELECT state, socket_path, failures FROM model_servers WHERE model_version_id = $1',
    [id],
  );
  return found as never;
};
const isServedAt = (socketPath: string): Promise<void> =>
  vi.waitFor(async () => expect(await row()).toMatchObject({ state: 'ready', socket_path: socketPath }));

async function serveFirst(): Promise<void> {
  await pool.reconcile();
  await vi.waitFor(() => expect(sandboxes).toHaveLength(1));
  sandboxes[0]?.say({ type: 'ready' });
  await isServedAt('/serve-0/model.sock');
}

async function startSecond(): Promise<void> {
  tree = 'second';
  vi.setSystemTime(Date.now() + 6_000);
  await pool.reconcile();
  await vi.waitFor(() => expect(sandboxes).toHaveLength(2));
}

it('hands over to a server of the new inputs, which answers before the old one stops', async () => {
  await serveFirst();
  await startSecond();
  expect(sandboxes[1]?.inputs).toEqual([{ mount: 'snapshot', tree: 'second' }]);
  expect((await row()).socket_path).toBe('/serve-0/model.sock');
  sandboxes[1]?.say({ type: 'ready' });
  await isServedAt('/serve-1/model.sock');
  expect(sandboxes[0]?.ending).toBeNull();
  vi.advanceTimersByTime(5_000);
  expect(sandboxes[0]?.ending).toBe('another server took over');
  await pool.reconcile();
  expect([sandboxes.length, await row()]).toMatchObject([2, { state: 'ready', socket_path: '/serve-1/model.sock' }]);
});

it('goes on with the server it has where the new one does not start', async () => {
  await serveFirst();
  await startSecond();
  sandboxes[1]?.end();
  await pool.reconcile();
  expect([sandboxes[0]?.ending, await row()]).toMatchObject([
    null,
    { state: 'ready', socket_path: '/serve-0/model.sock' },
  ]);
});

it('gives up the new server where the old one is not wanted any more', async () => {
  await serveFirst();
  await startSecond();
  await database.query('UPDATE model_servers SET wanted = false WHERE model_version_id = $1', [id]);
  await pool.reconcile();
  await vi.waitFor(async () => expect((await row()).state).toBe('stopped'));
  sandboxes[1]?.say({ type: 'ready' });
  await vi.waitFor(() => expect(sandboxes.map(({ ending }) => ending)).toEqual(['killed', 'killed']));
  expect((await row()).state).toBe('stopped');
});

it('hands on what a server reports', async () => {
  await serveFirst();
  sandboxes[0]?.say({ type: 'metric', name: 'encoded_on_miss', step: 3, value: 3 });
  await vi.waitFor(() => expect(metrics).toMatchObject([{ name: 'encoded_on_miss', value: 3 }]));
});
