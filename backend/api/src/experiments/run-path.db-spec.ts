import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreflightReport } from '@graft/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArtifactsService } from '../artifacts/index.js';
import { newId } from '../kernel/index.js';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';
import { eventually } from '../testing/eventually.js';
import type { ExperimentDto, ExperimentPreflightDto } from './dto/experiments.dto.js';
import type { RunDto } from './dto/runs.dto.js';

const database = useDatabase();
const fakeRunner = fileURLToPath(new URL('./testing/fake-runner.mjs', import.meta.url));
const architecture = { width: 32, height: 32, patch: 8, dim: 32, depth: 1, heads: 2 };

let appRoot: string;
let worker: TestApp;
let headers: { authorization: string };

beforeAll(async () => {
  appRoot = await mkdtemp(path.join(tmpdir(), 'graft-fake-app-'));
  await mkdir(path.join(appRoot, 'node_modules'));
  for (const recipe of ['finetune', 'embed', 'swap-encoder', 'evaluate']) {
    const dist = path.join(appRoot, 'sandboxes', recipe, 'dist');
    await mkdir(dist, { recursive: true });
    await copyFile(fakeRunner, path.join(dist, 'main.js'));
    await writeFile(path.join(appRoot, 'sandboxes', recipe, 'package.json'), '{"type":"module"}');
  }
  worker = await startTestApp(database.url, 'worker', { GRAFT_APP_ROOT: appRoot });
  headers = await worker.signedIn('researcher');
  await addDataset();
}, 120_000);
afterAll(async () => {
  await worker.close();
  await rm(appRoot, { recursive: true, force: true });
});

async function addDataset(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-dataset-'));
  await writeFile(path.join(folder, 'dataset.json'), '{}');
  const { hash } = await worker.app.get(ArtifactsService).putTree(folder, 'internal');
  await rm(folder, { recursive: true });
  const dataset = newId();
  await database.query(
    `INSERT INTO datasets (id, name, description, tier, created_by, created_by_name, created_at) VALUES ($1, 'things', '', 'internal', $1, 'x', now())`,
    [dataset],
  );
  await database.query(
    `INSERT INTO dataset_versions (id, dataset_id, version, import_id, tree_hash, images_hash, item_count, pair_count, split_counts, attributes, created_at)
     VALUES ($1, $2, 1, $1, $3, $3, 3, 0, '{}', '{"colour":[]}', now())`,
    [newId(), dataset, hash],
  );
}

async function ask<T>(method: 'GET' | 'POST', url: string, payload?: object): Promise<{ status: number; body: T }> {
  const response = await worker.app.inject({
    method,
    url: `/api${url}`,
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: response.statusCode, body: response.json() };
}

const train = (name: string, more: object = {}): object => ({
  name,
  recipe: 'finetune',
  parameters: { dataset: 'dataset:things', architecture, objective: { kind: 'classify', targets: ['colour'] } },
  ...more,
});

async function start(seed: number, ...steps: object[]): Promise<string> {
  const limits = { memoryMb: 192, threads: 1, wallMinutes: 2 };
  const { status, body } = await ask<ExperimentDto>('POST', '/experiments', {
    name: `seed ${seed}`,
    seed,
    limits,
    steps,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}

async function ended(id: string): Promise<ExperimentDto> {
  return await eventually(async () => {
    const { body } = await ask<ExperimentDto>('GET', `/experiments/${id}`);
    expect(body.state, JSON.stringify(body.runs.map(({ state, failure }) => [state, failure]))).not.toBe('running');
    return body;
  }, 25_000);
}

const leftFolders = async (): Promise<string[]> => [
  ...(await readdir(path.join(worker.home, 'sandboxes'))),
  ...(await readdir(path.join(worker.home, 'runs'))),
];

describe('an experiment', () => {
  it('goes from steps to registered versions and vectors', async () => {
    const id = await start(
      1,
      train('stock', { register: { model: 'tagger' } }),
      { name: 'vectors', recipe: 'embed', parameters: { dataset: 'dataset:things', encoder: 'step:stock' } },
      {
        name: 'swapped',
        recipe: 'swap-encoder',
        parameters: { dataset: 'dataset:things', base: 'step:stock', snapshot: 'step:vectors', targets: ['colour'] },
        register: { model: 'tagger' },
      },
    );
    const { state, runs } = await ended(id);
    expect(state).toBe('succeeded');
    expect(runs.map((run) => [run.name, run.state, run.attempt])).toEqual([
      ['stock', 'succeeded', 1],
      ['vectors', 'succeeded', 1],
      ['swapped', 'succeeded', 1],
    ]);

    const { body: versions } = await ask<{ items: { version: number; lineage: Record<string, unknown> }[] }>(
      'GET',
      '/model-versions?sort=version&order=asc',
    );
    expect(versions.items.map(({ version }) => version)).toEqual([1, 2]);
    const { body: snapshots } = await ask<{ items: { id: string; isLive: boolean; reusedCount: number }[] }>(
      'GET',
      '/snapshots',
    );
    expect(snapshots.items).toMatchObject([{ isLive: true, reusedCount: 1 }]);
    expect(versions.items[1]?.lineage).toMatchObject({
      snapshotId: snapshots.items[0]?.id,
      spaceId: `sp_${'a'.repeat(32)}`,
      experimentId: id,
      seed: 1,
    });
    expect(versions.items[1]?.lineage['baseVersionId']).not.toBeNull();

    const { body: metrics } = await ask<{ items: { name: string; value: number }[] }>(
      'GET',
      `/runs/${runs[0]?.id}/metrics`,
    );
    expect(metrics.items).toMatchObject([{ name: 'loss', value: 0.5 }]);
    await eventually(async () => expect(await leftFolders()).toEqual([]));
  });

  it('is looked at first: a preflight succeeds with a report, and registers nothing', async () => {
    const steps = [
      train('look', { register: { model: 'looked-at' } }),
      { name: 'vectors', recipe: 'embed', parameters: { dataset: 'dataset:things', encoder: 'step:look' } },
    ];
    const limits = { memoryMb: 192, threads: 1, wallMinutes: 2 };
    const asked = await ask<ExperimentPreflightDto>('POST', '/experiments/preflight', {
      name: 'looked at',
      seed: 1,
      limits,
      steps,
    });
    expect(asked.status, JSON.stringify(asked.body)).toBe(201);
    expect(asked.body.skipped).toEqual([{ step: 'vectors', reason: 'It trains nothing.' }]);
    const { name, state, runs } = await ended(asked.body.experiment.id);
    expect([name, state, runs.length]).toEqual(['looked at (preflight)', 'succeeded', 1]);
    const report = await ask<PreflightReport>('GET', `/runs/${runs[0]?.id}/preflight`);
    expect(report.body).toMatchObject({ recipe: 'finetune', estimate: { memoryLimitBytes: 192 * 2 ** 20 } });
    const { body: models } = await ask<{ items: { name: string }[] }>('GET', '/models');
    expect(models.items.map((model) => model.name)).not.toContain('looked-at');
  });

  it('has no preflight where it was a training, and none that is registered or read', async () => {
    const { runs } = await ended(await start(1, train('whole')));
    expect((await ask('GET', `/runs/${runs[0]?.id}/preflight`)).body).toMatchObject({
      code: 'report-missing',
      detail: expect.stringContaining('preflight: true') as string,
    });
    const parameters = { ...(train('look') as { parameters: object }).parameters, preflight: true };
    const look = { ...train('look'), parameters };
    const refused = async (...steps: object[]): Promise<unknown> =>
      (await ask('POST', '/experiments', { name: 'x', steps })).body;
    expect(await refused({ ...look, register: { model: 'm' } })).toMatchObject({
      status: 422,
      errors: [{ field: 'steps[0].register' }],
    });
    const reads = { name: 'vectors', recipe: 'embed', parameters: { dataset: 'dataset:things', encoder: 'step:look' } };
    expect(await refused(look, reads)).toMatchObject({
      status: 422,
      errors: [{ field: 'steps[1].parameters.encoder', expected: 'a bundle' }],
    });
  });

  it('goes on from its checkpoint after a crash', async () => {
    const { state, runs } = await ended(await start(2, train('flaky', { register: { model: 'flaky' } })));
    expect([state, runs[0]?.attempt]).toEqual(['succeeded', 2]);
    const { body: logs } = await ask<{ items: { message: string }[] }>('GET', `/runs/${runs[0]?.id}/logs`);
    expect(logs.items.map(({ message }) => message).join('\n')).toMatch(/Attempt 1 crashed.*it broke[^]*resumed/);
    const { body: versions } = await ask<{ total: number }>('GET', `/model-versions?runId=${runs[0]?.id}`);
    expect(versions.total).toBe(1);
  });

  it('gives up a run that always crashes, and skips what waits for it', async () => {
    const { state, runs } = await ended(
      await start(5, train('broken'), {
        name: 'after',
        recipe: 'embed',
        parameters: { dataset: 'dataset:things', encoder: 'step:broken' },
      }),
    );
    expect(state).toBe('failed');
    expect(runs[0]).toMatchObject({ state: 'failed', attempt: 3, failure: { code: 'internal' } });
    expect(runs[1]).toMatchObject({
      state: 'cancelled',
      attempt: 0,
      failure: { message: 'Skipped because step broken failed.' },
    });
  });

  const endings: [name: string, seed: number, failure: object][] = [
    ['a refusal of the runner', 3, { code: 'input-invalid', message: 'the dataset has no colour' }],
    ['a link in place of an artifact', 6, { code: 'artifact-refused' }],
    ['a broken protocol', 7, { code: 'protocol-violation' }],
    ['too much memory', 8, { code: 'out-of-memory' }],
  ];
  it.each(endings)('fails once and for all by %s', async (_name, seed, failure) => {
    const { runs } = await ended(await start(seed, train('only')));
    expect(runs[0]).toMatchObject({ state: 'failed', attempt: 1, failure });
    const { body: artifacts } = await ask<{ items: unknown[] }>('GET', `/runs/${runs[0]?.id}/artifacts`);
    expect(artifacts.items).toEqual([]);
  });

  it('stops when it is cancelled', async () => {
    const id = await start(4, train('endless'), {
      name: 'after',
      recipe: 'embed',
      parameters: { dataset: 'dataset:things', encoder: 'step:endless' },
    });
    await eventually(async () => {
      const { body } = await ask<ExperimentDto>('GET', `/experiments/${id}`);
      expect(body.runs[0]).toMatchObject({ state: 'running', phase: 'working' });
    });
    expect((await ask<ExperimentDto>('POST', `/experiments/${id}/cancel`)).status).toBe(200);
    const { state, runs } = await ended(id);
    expect([state, ...runs.map((run) => run.state)]).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect((await ask<{ code: string }>('POST', `/runs/${runs[0]?.id}/cancel`)).body.code).toBe('run-ended');
    await eventually(async () => expect(await leftFolders()).toEqual([]));
  });

  it('is refused with the field that names nothing', async () => {
    const { status, body } = await ask<{ errors: { field: string }[] }>('POST', '/experiments', {
      name: 'x',
      steps: [
        train('a', {
          parameters: {
            dataset: 'dataset:nowhere',
            architecture,
            objective: { kind: 'classify', targets: ['colour'] },
          },
        }),
      ],
    });
    expect([status, body.errors[0]?.field]).toEqual([422, 'steps[0].parameters.dataset']);
  });
});

it('records every sandbox with its end', async () => {
  const { body } = await ask<{ items: { endedAt: string | null; isolationLevel: string }[] }>(
    'GET',
    '/sandboxes?perPage=200',
  );
  expect(body.items.length).toBeGreaterThan(5);
  expect(body.items.filter(({ endedAt }) => endedAt === null)).toEqual([]);
  const { body: isolation } = await ask<{ reports: { probes: unknown[] }[] }>('GET', '/isolation');
  expect(isolation.reports[0]?.probes.length).toBeGreaterThanOrEqual(12);
});

it('tells the run of another worker that it was lost, and takes it over', async () => {
  const id = await start(4, train('lost'));
  const running = await eventually(async () => {
    const { body } = await ask<ExperimentDto>('GET', `/experiments/${id}`);
    expect(body.runs[0]?.state).toBe('running');
    return body.runs[0] as RunDto;
  });
  // As if another worker had taken it meanwhile: this one's attempt is stale and must end without a trace.
  await database.query(
    `UPDATE runs SET attempt = attempt + 1, worker_id = 'elsewhere:1:1', host = 'elsewhere' WHERE id = $1`,
    [running.id],
  );
  await eventually(async () => {
    const { body } = await ask<{ items: unknown[] }>('GET', `/sandboxes?alive=true&subjectId=${running.id}`);
    expect(body.items).toEqual([]);
  });
  const { body } = await ask<RunDto>('GET', `/runs/${running.id}`);
  expect([body.state, body.attempt]).toEqual(['running', running.attempt + 1]);
  await ask('POST', `/experiments/${id}/cancel`);
  await database.query(`UPDATE runs SET lease_until = now() - interval '1 minute' WHERE id = $1`, [running.id]);
  expect((await ended(id)).state).toBe('cancelled');
});
