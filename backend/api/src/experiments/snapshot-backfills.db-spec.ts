import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ArtifactsService } from '../artifacts/index.js';
import { newId } from '../kernel/index.js';
import { Transactions } from '../platform/database/index.js';
import { SpacesService, VectorMissesService } from '../spaces/index.js';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';
import { aSnapshotManifest } from '../testing/snapshot-manifest.js';
import { SnapshotBackfills } from './snapshot-backfills.js';

const database = useDatabase();
const spaceId = `sp_${'a'.repeat(32)}`;
const datasetId = newId();
let app: TestApp;
let tree: string;
let snapshotId: string;

beforeAll(async () => {
  app = await startTestApp(database.url);
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-backfill-'));
  await writeFile(path.join(folder, 'bundle.json'), '{}');
  tree = (await app.app.get(ArtifactsService).putTree(folder, 'internal')).hash;
  await rm(folder, { recursive: true });
  await database.query(
    `INSERT INTO datasets (id, name, description, tier, created_by, created_by_name, created_at) VALUES ($1, 'things', '', 'internal', $1, 'x', now())`,
    [datasetId],
  );
  const manifest = aSnapshotManifest(spaceId, {
    dtype: 'f16',
    index: { kind: 'hnsw', connectivity: 8, expansionAdd: 64, expansionSearch: 32, recall10: 1, queries: 3, p50Ms: 1 },
  });
  const snapshot = { manifest, encoderTree: tree, runId: newId(), datasetId, treeHash: tree, publish: true };
  const datasetVersionId = await addVersion(1);
  const stored = await app.app
    .get(Transactions)
    .run((tx) => app.app.get(SpacesService).register({ ...snapshot, datasetVersionId }, tx));
  snapshotId = stored.id;
});
afterAll(() => app.close());

async function addVersion(version: number): Promise<string> {
  const id = newId();
  await database.query(
    `INSERT INTO dataset_versions (id, dataset_id, version, import_id, tree_hash, images_hash, item_count, pair_count, split_counts, attributes, created_at)
     VALUES ($1, $2, $3, $1, $4, $4, 3, 0, '{}', '{}', now())`,
    [id, datasetId, version, tree],
  );
  return id;
}

const miss = (): Promise<void> => app.app.get(VectorMissesService).record(snapshotId, 2);
/** Two workers sweep at once. */
const sweep = async (): Promise<void> => {
  await Promise.all([1, 2].map(() => app.app.get(SnapshotBackfills).startDue()));
};
const backfills = (): Promise<
  { id: string; name: string; created_by: string | null; state: string; parameters: object }[]
> =>
  database.query(
    `SELECT e.id, e.name, e.created_by, r.state, r.parameters FROM experiments e JOIN runs r ON r.experiment_id = e.id ORDER BY e.created_at`,
  );
const end = (state: string): Promise<unknown> =>
  database.query(`UPDATE runs SET state = $1, ended_at = now() WHERE state = 'queued'`, [state]);

it('starts one back-fill for each dataset version whose items were missed', async () => {
  await miss();
  await sweep();
  expect(await backfills()).toEqual([]);

  await addVersion(2);
  await sweep();
  expect(await backfills()).toEqual([]);
  await miss();
  await sweep();
  await miss();
  await sweep();
  expect(await backfills()).toMatchObject([
    {
      name: 'back-fill things@2',
      created_by: null,
      state: 'queued',
      parameters: {
        dataset: 'dataset:things@2',
        encoder: `space:${spaceId}`,
        previous: 'snapshot:latest',
        dtype: 'f16',
        index: { kind: 'hnsw', connectivity: 8, expansionAdd: 64, expansionSearch: 32 },
        publish: true,
      },
    },
  ]);

  await end('failed');
  await miss();
  await sweep();
  expect(await backfills()).toHaveLength(1);
  await database.query(`UPDATE experiments SET created_at = now() - interval '1 hour'`);
  await sweep();
  expect(await backfills()).toHaveLength(2);

  await addVersion(3);
  await miss();
  await sweep();
  expect(await backfills()).toHaveLength(2);
  await end('succeeded');
  await sweep();
  await end('succeeded');
  await miss();
  await sweep();
  expect((await backfills()).map(({ name }) => name)).toEqual([
    'back-fill things@2',
    'back-fill things@2',
    'back-fill things@3',
  ]);
});

it('counts what was missed beside the live snapshot', async () => {
  const { live } = await app.app.get(SpacesService).getSpace(spaceId);
  expect(live).toMatchObject([{ snapshot: { id: snapshotId }, encodedOnMiss: 12 }]);
});
