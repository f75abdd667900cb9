import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';
import { insertModel } from '../testing/model-rows.js';

const database = useDatabase();
let app: TestApp;
let researcher: { authorization: string };
let admin: { authorization: string };
let model: { modelId: string; versionIds: string[] };

beforeAll(async () => {
  app = await startTestApp(database.url);
  researcher = await app.signedIn('researcher');
  admin = await app.signedIn('admin');
  model = await insertModel(database, 'tagger', 2);
});
afterAll(() => app.close());

function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object, headers = researcher) {
  return app.app.inject({ method, url: `/api${url}`, headers, ...(payload === undefined ? {} : { payload }) });
}
const plan = (name: string, weights: [number, number] = [0.9, 0.1]) => ({
  name,
  modelId: model.modelId,
  variants: [
    { name: 'native', role: 'control', modelVersionId: model.versionIds[0], weight: weights[0] },
    { name: 'swapped', role: 'treatment', modelVersionId: model.versionIds[1], weight: weights[1] },
  ],
});
const servers = () => database.query<{ wanted: boolean }>('SELECT wanted FROM model_servers ORDER BY model_version_id');

describe('endpoints', () => {
  it('creates one, asks for its model servers and frees its name when it retires', async () => {
    const created = await call('POST', '/endpoints', plan('tagging'));
    expect(created.statusCode, created.body).toBe(201);
    expect(created.json()).toMatchObject({ name: 'tagging', modelName: 'tagger', state: 'live', trafficRevision: 1 });
    expect(created.json().variants[1]).toMatchObject({
      name: 'swapped',
      weight: 0.1,
      modelVersion: 2,
      serverState: 'stopped',
      traffic: { requests: 0, latencyP50Ms: null },
    });
    expect(await servers()).toEqual([{ wanted: true }, { wanted: true }]);

    expect((await call('POST', '/endpoints', plan('tagging'))).json().code).toBe('endpoint-name-taken');
    expect((await call('DELETE', `/endpoints/${created.json().id}`)).statusCode).toBe(403);
    expect((await call('DELETE', `/endpoints/${created.json().id}`, undefined, admin)).json().state).toBe('retired');
    expect(await servers()).toEqual([{ wanted: false }, { wanted: false }]);
    expect((await call('POST', '/endpoints', plan('tagging'))).statusCode).toBe(201);
  });

  it('refuses weights that do not add up and versions that cannot serve, naming the field', async () => {
    expect((await call('POST', '/endpoints', plan('wrong', [0.5, 0.4]))).json()).toMatchObject({
      status: 422,
      errors: [{ field: 'variants', found: 'a sum of 0.9' }],
    });
    const other = await insertModel(database, 'ranker', 1);
    const foreign = plan('foreign');
    foreign.variants[1]!.modelVersionId = other.versionIds[0];
    expect((await call('POST', '/endpoints', foreign)).json().errors[0].field).toBe('variants[1].modelVersionId');
    await database.query(`UPDATE model_versions SET manifest = '{"components":{"vision_encoder":{}}}' WHERE id = $1`, [
      other.versionIds[0],
    ]);
    const encoder = {
      ...plan('encoder'),
      modelId: other.modelId,
      variants: [{ ...plan('encoder').variants[0], modelVersionId: other.versionIds[0], weight: 1 }],
    };
    expect((await call('POST', '/endpoints', encoder)).json().errors[0]).toMatchObject({
      field: 'variants[0].modelVersionId',
      found: 'one with vision_encoder',
    });
  });

  it('counts changes of weights one after the other, and keeps each on record', async () => {
    const { id } = (await call('POST', '/endpoints', plan('moving'))).json();
    const change = (weight: number) =>
      call('PUT', `/endpoints/${id}/traffic`, {
        variants: [
          { name: 'native', weight },
          { name: 'swapped', weight: 1 - weight },
        ],
      });
    const answers = await Promise.all([0.5, 0.25, 0.75, 0].map(change));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    expect((await call('GET', `/endpoints/${id}`)).json().trafficRevision).toBe(5);
    const revisions = await database.query<{ weights: Record<string, number> }>(
      'SELECT weights FROM traffic_revisions WHERE endpoint_id = $1 ORDER BY revision',
      [id],
    );
    expect(revisions.map(({ weights }) => weights['native']! + weights['swapped']!)).toEqual([1, 1, 1, 1, 1]);
    const now = (await call('GET', `/endpoints/${id}`)).json().variants.map(({ weight }: { weight: number }) => weight);
    expect(now).toEqual([revisions[4]!.weights['native'], revisions[4]!.weights['swapped']]);
    expect(
      (await call('PUT', `/endpoints/${id}/traffic`, { variants: [{ name: 'native', weight: 1 }] })).json().errors[0]
        .found,
    ).toBe('none for swapped');
  });
});
