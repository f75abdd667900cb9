import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createGraftClient, type GraftClient, orThrow } from '@graft/client';
import { expect, test } from '@playwright/test';
import { Instance } from '../platform/instance.js';
import { poll } from '../platform/poll.js';
import { processesNaming, runnersBelow } from '../platform/processes.js';

const everything = { page: 1, perPage: 200 };

/** Asks until the api answers: it may be the one that was killed. */
const patiently = <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => poll(what, ask, 240_000);

const runningRun = async (client: GraftClient, recipe: string) => {
  const runs = await orThrow(client.GET('/api/runs', { params: { query: everything } }));
  return runs.items.find((run) => run.recipe === recipe && run.state === 'running' && run.progress > 0.05);
};

test('SIGKILL of runner, worker, api, gateway and PostgreSQL in turn: the job ends right, nothing is lost, doubled or left', async () => {
  test.setTimeout(900_000);
  const graft = await Instance.start();
  try {
    const client = createGraftClient({ baseUrl: graft.url, token: graft.facts.tokens.researcher });
    const job = graft.graft(['bench', 'main-job', '--data', 'small', '--json']);

    const kill = async (name: string, find: () => number | undefined): Promise<void> => {
      const pid = await patiently(`a process to kill: ${name}`, () => Promise.resolve(find()));
      process.kill(pid, 'SIGKILL');
    };
    const restarted = async (name: string, before: number | undefined): Promise<void> => {
      await patiently(`${name} under another process id`, async () => {
        const now = graft.processes()[name];
        return now !== undefined && now !== before ? true : undefined;
      });
    };

    const training = await patiently('a training that runs', () => runningRun(client, 'finetune'));
    await kill('runner', () => runnersBelow(graft.processes()['worker'] ?? 0)[0]);
    await patiently('a second attempt', async () => {
      const run = await orThrow(client.GET('/api/runs/{id}', { params: { path: { id: training.id } } }));
      return run.attempt > 1 || run.state === 'succeeded' ? true : undefined;
    });

    for (const name of ['worker', 'PostgreSQL', 'api', 'gateway']) {
      await patiently(`work under way before ${name} is killed`, async () => {
        const runs = await orThrow(client.GET('/api/runs', { params: { query: everything } }));
        return runs.items.some(({ state }) => state === 'running') ||
          runs.items.every(({ state }) => state === 'succeeded')
          ? true
          : undefined;
      });
      const before = graft.processes()[name];
      await kill(name, () => before);
      await restarted(name, before);
    }

    const ended = await job;
    expect(ended.code, ended.stderr.slice(-4000)).toBe(0);

    const runs = await orThrow(client.GET('/api/runs', { params: { query: everything } }));
    expect(
      runs.items.map(({ name, state }) => `${name} ${state}`).filter((each) => !each.endsWith(' succeeded')),
    ).toEqual([]);
    const experiments = await orThrow(client.GET('/api/experiments', { params: { query: everything } }));
    expect(experiments.total).toBe(2);
    const versions = await orThrow(client.GET('/api/model-versions', { params: { query: everything } }));
    expect(versions.items.length).toBe(4);
    expect(new Set(versions.items.map(({ lineage }) => lineage.runId)).size).toBe(4);
    const snapshots = await orThrow(client.GET('/api/snapshots', { params: { query: everything } }));
    expect(snapshots.items.length).toBe(2);

    // Two model servers live; every other folder must have gone with its run.
    expect(readdirSync(path.join(graft.home, 'runs')).filter((name) => !name.startsWith('serve-'))).toEqual([]);
    const sandboxes = await orThrow(client.GET('/api/sandboxes', { params: { query: everything } }));
    const alive = sandboxes.items.filter(({ endedAt }) => endedAt === null);
    expect(alive.map(({ purpose }) => purpose)).toEqual(['serve', 'serve']);
    expect(readdirSync(path.join(graft.home, 'sandboxes')).sort()).toEqual(alive.map(({ id }) => id).sort());
    await graft.stop();
    expect(processesNaming(graft.home)).toEqual([]);
  } finally {
    await graft.remove();
  }
});
