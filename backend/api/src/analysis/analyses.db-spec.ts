import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../kernel/index.js';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';
import { insertModel } from '../testing/model-rows.js';

const database = useDatabase();
let app: TestApp;
let headers: { authorization: string };
let endpointId: string;

beforeAll(async () => {
  app = await startTestApp(database.url);
  headers = await app.signedIn('researcher');
  const { modelId, versionIds } = await insertModel(database, 'tagger', 2);
  const variants = [
    { name: 'native', role: 'control', modelVersionId: versionIds[0], weight: 0.5 },
    { name: 'swapped', role: 'treatment', modelVersionId: versionIds[1], weight: 0.5 },
  ];
  endpointId = (
    await app.app.inject({
      method: 'POST',
      url: '/api/endpoints',
      headers,
      payload: { name: 'tagging', modelId, variants },
    })
  ).json().id;
  await database.query(`CREATE TABLE exposures_all PARTITION OF exposures DEFAULT`);
  await database.query(`CREATE TABLE events_all PARTITION OF events DEFAULT`);
});
afterAll(() => app.close());

/** `units` people see the variant (twice each, which must not count twice); the first `acting` of them act a minute later. */
async function expose(variant: string, units: number, acting: number): Promise<void> {
  await database.query(
    `INSERT INTO exposures SELECT gen_random_uuid(), now() - interval '1 hour' + repeat * interval '10 minutes', 'q', $1, 1, $2, $3, $2 || u, 0.5, 5, 200, 1
       FROM generate_series(1, $4::int) u, generate_series(0, 1) repeat`,
    [endpointId, variant, newId(), units],
  );
  await database.query(
    `INSERT INTO events SELECT gen_random_uuid()::text, now(), now() - interval '59 minutes', $1, $2 || u, 'save', NULL, 2.5, NULL FROM generate_series(1, $3::int) u`,
    [endpointId, variant, acting],
  );
}
const analyse = (payload: object = {}) =>
  app.app.inject({ method: 'POST', url: `/api/endpoints/${endpointId}/analyses`, headers, payload });

describe('analysis', () => {
  it('says that nothing is known before anything happened', async () => {
    expect((await app.app.inject({ url: `/api/endpoints/${endpointId}/analysis`, headers })).statusCode).toBe(404);
    const analysis = (await analyse()).json();
    expect(analysis).toMatchObject({
      outcome: 'inconclusive',
      sampleRatio: null,
      sentence: 'Native has 0 units; at least 100 are needed.',
    });
  });

  it('counts units, not requests, and only what they did after they were exposed', async () => {
    await expose('native', 1000, 100);
    await expose('swapped', 1000, 200);
    await database.query(
      `INSERT INTO events SELECT gen_random_uuid()::text, now(), now() - interval '2 days', $1, 'native' || u, 'save', NULL, 1, NULL FROM generate_series(500, 900) u`,
      [endpointId],
    );
    const analysis = (await analyse()).json();
    expect(analysis.variants).toEqual([
      { name: 'native', role: 'control', share: 0.5, n: 1000, mean: 0.1 },
      { name: 'swapped', role: 'treatment', share: 0.5, n: 1000, mean: 0.2 },
    ]);
    expect(analysis).toMatchObject({ outcome: 'pass', sampleRatio: { pValue: 1 } });
    const value = (await analyse({ metric: { kind: 'mean', eventTypes: ['save'] } })).json();
    expect(value.variants.map(({ mean }: { mean: number }) => mean)).toEqual([0.25, 0.5]);
    expect(value.outcome).toBe('pass');
  });

  it('does not judge a split that is broken', async () => {
    await database.query(
      `INSERT INTO exposures SELECT gen_random_uuid(), now(), 'q', $1, 1, 'swapped', $2, 'late' || u, 0.5, 5, 200, 1 FROM generate_series(1, 500) u`,
      [endpointId, newId()],
    );
    const analysis = (await analyse()).json();
    expect(analysis).toMatchObject({ outcome: 'inconclusive' });
    expect(analysis.sentence).toMatch(/not split as configured/);
  });

  it('keeps every result as it was', async () => {
    const { items, total } = (
      await app.app.inject({ url: `/api/endpoints/${endpointId}/analyses?order=asc`, headers })
    ).json();
    expect(total).toBe(4);
    expect(items.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'inconclusive',
      'pass',
      'pass',
      'inconclusive',
    ]);
    await expect(database.query(`UPDATE endpoint_analyses SET outcome = 'pass'`)).rejects.toThrow('never changed');
  });
});
