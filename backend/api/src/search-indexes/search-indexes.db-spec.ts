import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Transactions } from '../platform/database/index.js';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';
import { insertModel } from '../testing/model-rows.js';
import { SearchIndexesRepository } from './search-indexes.repository.js';
import { SearchIndexesService } from './search-indexes.service.js';
import { startFakeSearchServer, type FakeSearchServer } from './testing/fake-search-server.js';
import { declareCompatible, insertDataset, insertSnapshot, insertSpace } from './testing/search-rows.js';

const database = useDatabase();
let app: TestApp;
let researcher: { authorization: string };
let admin: { authorization: string };
let dataset: { datasetId: string; versionId: string };
let spaceId: string;
const servers: FakeSearchServer[] = [];

beforeAll(async () => {
  app = await startTestApp(database.url);
  researcher = await app.signedIn('researcher');
  admin = await app.signedIn('admin');
  dataset = await insertDataset(database, 'catalogue');
  spaceId = await insertSpace(database, app, true);
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => app.close());

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
const call = (method: Method, url: string, payload?: object, headers = researcher) =>
  app.app.inject({ method, url: `/api/search-indexes${url}`, headers, ...(payload === undefined ? {} : { payload }) });

const aSnapshot = (space = spaceId) => insertSnapshot(database, space, dataset.versionId);
const create = async (name: string, more: object = {}) => {
  const snapshotId = await aSnapshot();
  const response = await call('POST', '', { name, snapshotId, ...more });
  expect(response.statusCode, response.body).toBe(201);
  return { id: response.json<{ id: string }>().id, snapshotId };
};
const get = async (id: string) => (await call('GET', `/${id}`)).json();
const serversOf = (id: string) =>
  database.query<{ version: number; wanted: boolean }>(
    `SELECT v.version, s.wanted FROM search_servers s JOIN search_index_versions v ON v.id = s.search_index_version_id
      WHERE v.search_index_id = $1 ORDER BY v.version`,
    [id],
  );

/** What the worker does once the sandbox of a version answers. */
async function becomeReady(version: { id: string; snapshotId: string; spaceId: string }): Promise<FakeSearchServer> {
  const server = await startFakeSearchServer(path.join(app.home, `${version.id.slice(-12)}.sock`), version);
  servers.push(server);
  await database.query(
    `UPDATE search_servers SET state = 'ready', socket_path = $2 WHERE search_index_version_id = $1`,
    [version.id, server.socketPath],
  );
  await switchReady();
  return server;
}

const switchReady = () =>
  app.app.get(Transactions).run(async (tx) => {
    const indexes = app.app.get(SearchIndexesRepository);
    for (const id of await indexes.promoteReady(tx)) await indexes.retireServers(id, tx);
  });

const answering = async (name: string) => {
  const { id, snapshotId } = await create(name);
  const server = await becomeReady((await get(id)).next);
  return { id, snapshotId, server };
};

describe('a search index', () => {
  it('answers once its first server is ready, and says until then that it does not', async () => {
    const { id, snapshotId } = await create('first');
    expect(await get(id)).toMatchObject({
      state: 'starting',
      current: null,
      next: { version: 1, snapshotId, readsTexts: true, serverState: 'stopped', gauges: null },
    });
    const early = await call('POST', `/${id}/search`, { text: 'blue' });
    expect([early.statusCode, early.json().code]).toEqual([503, 'search-unavailable']);
    expect(early.headers['retry-after']).toBe('1');

    await becomeReady((await get(id)).next);
    const answer = await call('POST', `/${id}/search`, { text: 'blue' });
    expect(answer.json()).toMatchObject({
      snapshotId,
      spaceId,
      version: 1,
      datasetVersionId: dataset.versionId,
      items: [{ id: `of-${snapshotId}` }],
    });
    expect(await get(id)).toMatchObject({ state: 'ready', current: { gauges: { searches: 3, recall10: 0.99 } } });
  });

  it('refuses a name twice, a snapshot that is not there, and an encoder of another space', async () => {
    const { snapshotId } = await create('named');
    expect((await call('POST', '', { name: 'named', snapshotId })).json().code).toBe('search-index-name-taken');
    const unknown = await call('POST', '', { name: 'x', snapshotId: '0192f0c1-7b6e-7c3a-9d52-3f1a2b4c5d6e' });
    expect(unknown.json().errors[0].field).toBe('snapshotId');
    const [encoderVersionId] = (await insertModel(database, 'foreign', 1)).versionIds;
    await database.query(
      'UPDATE model_versions SET tree_hash = (SELECT encoder_tree FROM spaces WHERE id = $2) WHERE id = $1',
      [encoderVersionId, await insertSpace(database, app, true)],
    );
    const foreign = await call('POST', '', { name: 'x', snapshotId, encoderVersionId });
    expect([foreign.statusCode, foreign.json().code]).toEqual([409, 'space-mismatch']);
  });

  it('hands on what the sandbox refuses, naming the field, and 429 with a time to come back', async () => {
    const { id } = await answering('refusing');
    const wrong = await call('POST', `/${id}/search`, { text: 'wrong' });
    expect(wrong.statusCode).toBe(422);
    expect(wrong.json()).toMatchObject({
      code: 'search-refused',
      errors: [{ field: 'picture', expected: 'a picture', found: 'noise' }],
    });
    const busy = await call('POST', `/${id}/search`, { text: 'busy' });
    expect([busy.statusCode, busy.headers['retry-after']]).toEqual([429, '1']);
    const both = await call('POST', `/${id}/search`, { item: 'a', picture: 'AAAA' });
    expect(both.json().errors[0]).toMatchObject({ field: 'item', expected: 'a picture or an item, not both' });
    const large = await call('POST', `/${id}/search`, { picture: 'A'.repeat(8_000_000) });
    expect(large.statusCode).toBe(200);
    expect((await call('POST', `/${id}/search`, { picture: 'A'.repeat(13_000_000) })).statusCode).toBe(413);
  });

  it('is 503 when its server went away, and answers again from the one that takes its place', async () => {
    const { id, server } = await answering('surviving');
    expect((await call('POST', `/${id}/search`, { text: 'x' })).statusCode).toBe(200);
    await server.close();
    expect((await call('POST', `/${id}/search`, { text: 'x' })).json().code).toBe('search-unavailable');
    await becomeReady((await get(id)).current);
    expect((await call('POST', `/${id}/search`, { text: 'x' })).statusCode).toBe(200);
  });

  it('is deleted by an admin with its servers', async () => {
    const { id } = await answering('short-lived');
    expect((await call('DELETE', `/${id}`)).statusCode).toBe(403);
    expect((await call('DELETE', `/${id}`, undefined, admin)).statusCode).toBe(204);
    expect((await call('GET', `/${id}`)).statusCode).toBe(404);
    expect(await serversOf(id)).toEqual([]);
  });
});

describe('a switch', () => {
  it('happens when the new server is ready, keeps the old one warm, and lets go of the one before that', async () => {
    const { id, snapshotId } = await answering('switched');
    const second = await aSnapshot();
    const switching = await call('PUT', `/${id}/snapshot`, { snapshotId: second });
    expect(switching.statusCode).toBe(202);
    expect(switching.json()).toMatchObject({
      state: 'switching',
      current: { snapshotId },
      next: { snapshotId: second },
    });
    expect((await call('POST', `/${id}/search`, { text: 'x' })).json().snapshotId).toBe(snapshotId);

    await becomeReady((await get(id)).next);
    expect(await get(id)).toMatchObject({
      state: 'ready',
      current: { snapshotId: second },
      previous: { snapshotId },
      next: null,
    });
    await call('PUT', `/${id}/snapshot`, { snapshotId: await aSnapshot() });
    await becomeReady((await get(id)).next);
    expect(await serversOf(id)).toEqual([
      { version: 1, wanted: false },
      { version: 2, wanted: true },
      { version: 3, wanted: true },
    ]);
  });

  it('is called off by the snapshot that answers already, and replaced by another one', async () => {
    const { id, snapshotId } = await answering('undecided');
    await call('PUT', `/${id}/snapshot`, { snapshotId: await aSnapshot() });
    const third = await aSnapshot();
    expect((await call('PUT', `/${id}/snapshot`, { snapshotId: third })).json().next).toMatchObject({
      snapshotId: third,
    });
    expect((await call('PUT', `/${id}/snapshot`, { snapshotId })).json()).toMatchObject({ state: 'ready', next: null });
    expect((await serversOf(id)).map(({ wanted }) => wanted)).toEqual([true, false, false]);
  });

  it('to another space, of the same dimension too, is refused unless it is asked for or declared compatible; another dataset always', async () => {
    const { id } = await answering('spaces');
    const foreign = await aSnapshot(await insertSpace(database, app, false));
    const refused = await call('PUT', `/${id}/snapshot`, { snapshotId: foreign });
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'space-mismatch']);
    const allowed = await call('PUT', `/${id}/snapshot`, { snapshotId: foreign, allowNewSpace: true });
    expect(allowed.json().next).toMatchObject({ snapshotId: foreign, readsTexts: false });
    const declared = await insertSpace(database, app, true);
    await declareCompatible(database, spaceId, declared);
    const compatible = await call('PUT', `/${id}/snapshot`, { snapshotId: await aSnapshot(declared) });
    expect(compatible.json().next).toMatchObject({ spaceId: declared });
    const other = await insertDataset(database, 'other');
    const elsewhere = await insertSnapshot(database, spaceId, other.versionId);
    expect((await call('PUT', `/${id}/snapshot`, { snapshotId: elsewhere })).json().errors[0].field).toBe('snapshotId');
  });

  it('and the way back mix no answer: each comes whole from the snapshot it names', async () => {
    const { id, snapshotId: first } = await answering('under-load');
    const second = await aSnapshot();
    await call('PUT', `/${id}/snapshot`, { snapshotId: second });
    const seen = new Set<string>();
    let stop = false;
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!stop) {
          const response = await call('POST', `/${id}/search`, { text: 'x' });
          expect(response.statusCode, response.body).toBe(200);
          const { snapshotId, items } = response.json<{ snapshotId: string; items: { id: string }[] }>();
          expect(items[0]!.id).toBe(`of-${snapshotId}`);
          seen.add(snapshotId);
        }
      }),
    );
    await becomeReady((await get(id)).next);
    for (let turn = 0; turn < 10; turn += 1) {
      const expected = turn % 2 === 0 ? first : second;
      const back = await call('POST', `/${id}/rollback`);
      expect([back.statusCode, back.json().current?.snapshotId]).toEqual([200, expected]);
      expect((await call('POST', `/${id}/search`, { text: 'x' })).json().snapshotId).toBe(expected);
    }
    stop = true;
    await load;
    expect(seen).toEqual(new Set([first, second]));
  });

  it('cannot be rolled back where nothing answered before', async () => {
    const { id } = await answering('only-one');
    const refused = await call('POST', `/${id}/rollback`);
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'rollback-not-possible']);
  });
});

describe('following the live snapshot', () => {
  it('switches when one of its space is published, until a rollback', async () => {
    const { id } = await create('follower', { followLive: true });
    await becomeReady((await get(id)).next);
    const published = await aSnapshot();
    const event = { spaceId, datasetId: dataset.datasetId, snapshotId: published };
    await app.app.get(SearchIndexesService).follow(event);
    await becomeReady((await get(id)).next);
    expect(await get(id)).toMatchObject({ followLive: true, current: { snapshotId: published } });
    await app.app.get(SearchIndexesService).follow(event);
    expect((await get(id)).next).toBeNull();
    expect((await call('POST', `/${id}/rollback`)).json().followLive).toBe(false);
    expect((await call('PATCH', `/${id}`, { followLive: true })).json().followLive).toBe(true);
  });
});
