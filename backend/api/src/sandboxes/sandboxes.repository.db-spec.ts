import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../kernel/index.js';
import { Model, ModelVersion } from '../models/index.js';
import { Transactions } from '../platform/database/index.js';
import { useDatabase } from '../testing/database.js';
import { IsolationReportRecord } from './isolation-report.entity.js';
import { ModelServer } from './model-server.entity.js';
import { SandboxRecord } from './sandbox.entity.js';
import { SandboxesRepository, type NewSandbox } from './sandboxes.repository.js';
import { ServersRepository } from './servers.repository.js';

const database = useDatabase();
let dataSource: DataSource;

beforeAll(async () => {
  dataSource = await new DataSource({
    type: 'postgres',
    url: database.url,
    entities: [SandboxRecord, IsolationReportRecord, ModelServer, Model, ModelVersion],
    poolSize: 10,
  }).initialize();
});
afterAll(() => dataSource.destroy());

const aSandbox = (host = 'host'): NewSandbox => ({
  id: newId(),
  purpose: 'run',
  subjectId: newId(),
  attempt: 1,
  recipe: 'finetune',
  driver: 'process',
  host,
  workerId: 'w',
  isolationLevel: 'strong',
  limits: { memoryBytes: 1, cpus: 1, cpuSeconds: 1, pids: 1, wallMs: 1, logBytes: 1, workspaceBytes: 1, tmpBytes: 1 },
});
const usage = { cpuSeconds: 1, peakMemoryBytes: 2 };

describe('slots', () => {
  it('are never shared by two that live on one host, and used again afterwards', async () => {
    const sandboxes = new SandboxesRepository(dataSource);
    const rows = Array.from({ length: 8 }, () => aSandbox());
    const slots = await Promise.all(rows.map(async (row) => (await sandboxes.insert(row)).slot));
    expect([...slots].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await sandboxes.insert(aSandbox('other-host'))).slot).toBe(1);
    await sandboxes.end(rows[slots.indexOf(3)]!.id, { reason: 'completed', exitCode: 0, usage });
    expect((await sandboxes.insert(aSandbox())).slot).toBe(3);
  });

  it('keep the end that was stored first', async () => {
    const sandboxes = new SandboxesRepository(dataSource);
    const row = aSandbox('third-host');
    await sandboxes.insert(row);
    await sandboxes.end(row.id, { reason: 'oom', exitCode: 137, usage });
    await sandboxes.end(row.id, { reason: 'killed', exitCode: null, usage });
    const [stored] = (
      await sandboxes.list({ subjectId: row.subjectId }, { page: 1, perPage: 10, sort: 'createdAt', order: 'asc' })
    ).items;
    expect(stored).toMatchObject({ endReason: 'oom', exitCode: 137 });
  });
});

describe('model servers', () => {
  let servers: ServersRepository;
  let transactions: Transactions;
  let versionId: string;

  beforeEach(async () => {
    servers = new ServersRepository(dataSource, { name: 'model_servers', key: 'model_version_id' });
    transactions = new Transactions(dataSource);
    await database.query('TRUNCATE models CASCADE');
    versionId = newId();
    const modelId = newId();
    await database.query(`INSERT INTO models (id, name, created_at) VALUES ($1, 'm', now())`, [modelId]);
    await database.query(
      `INSERT INTO model_versions (id, model_id, version, run_id, tree_hash, lineage, manifest, metrics, created_at) VALUES ($1, $2, 1, $1, 'x', '{}', '{}', '{}', now())`,
      [versionId, modelId],
    );
    await transactions.run((tx) => servers.want(versionId, true, tx));
  });

  it('are claimed by one worker', async () => {
    const claims = await Promise.all(['a', 'b', 'c', 'd'].map((worker) => servers.claim(worker)));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  it('are lost by a worker that does not renew, and by one that is known to be dead', async () => {
    await servers.claim('a');
    expect(await servers.claim('b')).toBeNull();
    await servers.releaseWorkers((workerId) => workerId === 'a');
    expect((await servers.claim('b'))?.id).toBe(versionId);
    expect(await servers.renew(versionId, 'a')).toBe(false);
    expect(await servers.renew(versionId, 'b')).toBe(true);
  });

  it('are given up when nobody wants them any more', async () => {
    await servers.claim('a');
    await transactions.run((tx) => servers.want(versionId, false, tx));
    expect(await servers.renew(versionId, 'a')).toBe(false);
  });

  it('wait before they are tried again', async () => {
    await servers.claim('a');
    const retryAt = new Date(Date.now() + 60_000);
    await transactions.run((tx) =>
      servers.end(versionId, 'a', { state: 'failed', retryAt, failures: 1, message: 'no memory' }, tx),
    );
    expect(await servers.claim('b')).toBeNull();
    await transactions.run((tx) => servers.want(versionId, true, tx));
    expect(await servers.claim('b')).not.toBeNull();
  });
});
