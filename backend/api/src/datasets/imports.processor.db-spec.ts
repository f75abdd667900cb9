import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../kernel/index.js';
import { Transactions } from '../platform/database/index.js';
import { Outbox } from '../platform/outbox/index.js';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';
import { eventually } from '../testing/eventually.js';
import { ImportQueued } from './datasets.events.js';
import { ImportUploadsService } from './import-uploads.service.js';
import { ImportCompletionService, ImportRunnerSlot, ImportsService } from './index.js';

const database = useDatabase();
let worker: TestApp;
const started: string[] = [];

beforeAll(async () => {
  worker = await startTestApp(database.url, 'worker');
  worker.app.get(ImportRunnerSlot).attach({
    start: async (importId, uploadFolder, options) =>
      void started.push([importId, path.basename(uploadFolder), options.manifest].join()),
  });
});
afterAll(() => worker.close());

/** An import as a process left it, with its upload on disk. */
async function anImport(state: 'uploading' | 'queued', silentForSeconds: number): Promise<string> {
  const [datasetId, id] = [newId(), newId()];
  await database.query(`INSERT INTO datasets VALUES ($1, $2, '', 'public', $1, 'Ada', now())`, [datasetId, `d-${id}`]);
  await database.query(
    `INSERT INTO imports (id, dataset_id, state, options, rows, accepted, rejected, progress, phase, requested_by, created_at, updated_at)
     VALUES ($1, $2, $3, '{"manifest":"csv"}', 0, 0, 0, 0, '', $2, now(), now() - $4 * interval '1 second')`,
    [id, datasetId, state, silentForSeconds],
  );
  await mkdir(path.join(worker.home, 'uploads', id), { recursive: true });
  return id;
}

const uploaded = (id: string): boolean => existsSync(path.join(worker.home, 'uploads', id));

it('asks for a run when an import is queued, and removes the upload when it has ended', async () => {
  const id = await anImport('queued', 0);
  await worker.app.get(Transactions).run((tx) => worker.app.get(Outbox).publish(tx, ImportQueued, { importId: id }));
  await eventually(() => expect(started).toContain(`${id},${id},csv`));
  await worker.app
    .get(ImportCompletionService)
    .complete(id, { failure: { code: 'internal', message: 'no', retryable: false } });
  await eventually(() => expect(uploaded(id)).toBe(false));
});

it('fails an upload whose process died, and removes what had arrived', async () => {
  const [lost, alive] = [await anImport('uploading', 90), await anImport('uploading', 5)];
  await worker.app.get(ImportUploadsService).failLost();
  expect(await worker.app.get(ImportsService).get(lost)).toMatchObject({
    state: 'failed',
    failure: { code: 'input-invalid', retryable: true },
  });
  expect(await worker.app.get(ImportsService).get(alive)).toMatchObject({ state: 'uploading' });
  await eventually(() => expect(uploaded(lost)).toBe(false));
  expect(uploaded(alive)).toBe(true);
});

it('asks after a run that has been silent, and not again at once', async () => {
  const id = await anImport('queued', 60);
  const asked = (): number => started.filter((call) => call.startsWith(id)).length;
  await worker.app.get(ImportsService).askAfterSilentRuns();
  await worker.app.get(ImportsService).askAfterSilentRuns();
  expect(asked()).toBe(1);
});
