import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ArtifactsService } from '../artifacts/index.js';
import { newId } from '../kernel/index.js';
import { Transactions } from '../platform/database/index.js';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';
import { aSnapshotManifest } from '../testing/snapshot-manifest.js';
import type { SnapshotDto, SpaceDetailDto } from './dto/spaces.dto.js';
import { SpacesService } from './spaces.service.js';

const database = useDatabase();
const spaceId = `sp_${'a'.repeat(32)}`;
let app: TestApp;
let datasetId: string;
let treeHash: string;

beforeAll(async () => {
  app = await startTestApp(database.url);
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-snapshot-'));
  await writeFile(path.join(folder, 'snapshot.json'), '{}');
  treeHash = (await app.app.get(ArtifactsService).putTree(folder, 'internal')).hash;
  await rm(folder, { recursive: true });
});
afterAll(() => app.close());
beforeEach(async () => {
  await database.query('TRUNCATE live_snapshots, snapshots, outbox_events, datasets CASCADE');
  datasetId = newId();
  await database.query(
    `INSERT INTO datasets (id, name, description, tier, created_by, created_by_name, created_at) VALUES ($1, $2, '', 'internal', $1, 'x', now())`,
    [datasetId, `things-${datasetId}`],
  );
});

/** A version of the dataset by the pictures of its items. */
async function addVersion(version: number, pictures: Record<string, string>): Promise<string> {
  const id = newId();
  const items = Object.entries(pictures);
  await database.query(
    `INSERT INTO dataset_versions (id, dataset_id, version, import_id, tree_hash, images_hash, item_count, pair_count, split_counts, attributes, created_at)
     VALUES ($1, $2, $3, $1, 'x', 'x', $4, 0, '{}', '{}', now())`,
    [id, datasetId, version, items.length],
  );
  for (const [ordinal, [itemId, sha256]] of items.entries())
    await database.query(
      `INSERT INTO dataset_items (version_id, ordinal, item_id, title, split, attributes, image) VALUES ($1, $2, $3, '', 'train', '{}', $4)`,
      [id, ordinal, itemId, { sha256 }],
    );
  return id;
}

const manifest = aSnapshotManifest(spaceId, {
  dtype: 'int8',
  quantisation: { recall10: 0.99, queries: 3 },
  index: null,
});

async function register(datasetVersionId: string, publish: boolean): Promise<string> {
  const snapshot = {
    manifest,
    encoderTree: 'e',
    runId: newId(),
    datasetId,
    datasetVersionId,
    treeHash,
    publish,
  };
  const stored = await app.app.get(Transactions).run((tx) => app.app.get(SpacesService).register(snapshot, tx));
  return stored.id;
}

async function ask<T>(method: 'GET' | 'POST', url: string, payload?: object): Promise<{ status: number; body: T }> {
  const headers = await app.signedIn('researcher');
  const response = await app.app.inject({ method, url: `/api${url}`, headers, ...(payload && { payload }) });
  return { status: response.statusCode, body: response.json() };
}

const space = async (): Promise<SpaceDetailDto> => (await ask<SpaceDetailDto>('GET', `/spaces/${spaceId}`)).body;
const published = async (): Promise<string[]> => {
  const events: { payload: { snapshotId: string } }[] = await database.query(
    `SELECT payload FROM outbox_events WHERE type = 'spaces.snapshot-published' ORDER BY id`,
  );
  return events.map(({ payload }) => payload.snapshotId);
};

it('publishes, keeps what was live before, and goes back and forth between the two', async () => {
  const version = await addVersion(1, { a: 'one' });
  const first = await register(version, true);
  const second = await register(version, false);
  expect((await space()).live).toMatchObject([
    { snapshot: { id: first, isLive: true, dtype: 'int8' }, previousId: null },
  ]);
  const refused = await ask('POST', `/spaces/${spaceId}/rollback`, { datasetId });
  expect(refused).toMatchObject({ status: 409, body: { code: 'no-previous-snapshot' } });

  for (const again of [1, 2]) {
    const { status, body } = await ask<SnapshotDto>('POST', `/snapshots/${second}/publish`);
    expect([again, status, body.id, body.isLive]).toEqual([again, 200, second, true]);
  }
  expect((await space()).live).toMatchObject([{ snapshot: { id: second }, previousId: first }]);
  for (const expected of [first, second, first]) {
    const { body } = await ask<SnapshotDto>('POST', `/spaces/${spaceId}/rollback`, { datasetId });
    expect(body).toMatchObject({ id: expected, isLive: true });
  }
  expect(await published()).toEqual([first, second, first, second, first]);
});

it('ends with one live snapshot and a way back when many publish at once', async () => {
  const version = await addVersion(1, { a: 'one' });
  const ids = await Promise.all(Array.from({ length: 4 }, () => register(version, false)));
  const service = app.app.get(SpacesService);
  await Promise.all(ids.map((id) => service.publish(id)));
  const [live] = (await space()).live;
  expect(ids).toContain(live?.snapshot.id);
  expect(ids).toContain(live?.previousId);
  expect(live?.previousId).not.toBe(live?.snapshot.id);
});

it('says how far a live snapshot is behind the newest version of its dataset', async () => {
  await register(await addVersion(1, { a: 'one', b: 'two', c: 'three' }), true);
  expect((await space()).live[0]?.coverage).toEqual({ items: 3, covered: 3, stale: 0, missing: 0 });
  await addVersion(2, { a: 'one', b: 'another', d: 'four', e: 'five' });
  const [live] = (await space()).live;
  expect(live).toMatchObject({
    newestVersion: { version: 2 },
    coverage: { items: 4, covered: 1, stale: 1, missing: 2 },
  });
  expect(live?.ageSeconds).toBeLessThan(60);
});

it('knows no space that was never registered', async () => {
  expect((await ask('GET', `/spaces/sp_${'0'.repeat(32)}`)).status).toBe(404);
  expect((await ask('GET', '/spaces/nonsense')).status).toBe(422);
});
