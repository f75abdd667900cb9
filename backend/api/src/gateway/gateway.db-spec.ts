import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../platform/config/env.js';
import { useDatabase } from '../testing/database.js';
import { eventually } from '../testing/eventually.js';
import { startGateway, type Gateway } from './gateway.js';
import { startCuttableProxy } from './testing/cuttable-proxy.js';
import { startFakeModelServer, type FakeModelServer } from './testing/fake-model-server.js';
import { insertServingRows, insertToken, markServerReady, type ServingRows } from './testing/serving-rows.js';

const database = useDatabase();
let home: string;
let proxy: Awaited<ReturnType<typeof startCuttableProxy>>;
let gateway: Gateway;
let rows: ServingRows;
let servers: FakeModelServer[];

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'graft-gateway-'));
  rows = await insertServingRows(database);
  servers = [
    await startFakeModelServer(path.join(home, 'native.sock'), 'native'),
    await startFakeModelServer(path.join(home, 'swapped.sock'), 'swapped'),
  ];
  await markServerReady(database, rows.versions.control, servers[0]!.socketPath);
  await markServerReady(database, rows.versions.treatment, servers[1]!.socketPath);
  proxy = await startCuttableProxy(database.url);
  gateway = await startGateway(
    loadConfig('gateway', { DATABASE_URL: proxy.url, GRAFT_HOME: home, LOG_LEVEL: 'silent' }),
  );
});

afterAll(async () => {
  await gateway.close();
  await proxy.close();
  for (const server of servers) await server.close();
  rmSync(home, { recursive: true, force: true });
});

function ask(url: string, payload: object | undefined, token = rows.token, headers: Record<string, string> = {}) {
  return gateway.app.inject({
    method: payload === undefined ? 'GET' : 'POST',
    url,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
}
const items = (...data: string[]) => [{ name: 'item_ids', shape: [data.length], datatype: 'BYTES', data }];
const infer = (unit: string, endpoint = rows.endpoint) =>
  ask(`/v2/models/${endpoint}/infer`, { id: `q-${unit}`, parameters: { unit }, inputs: items('1', '2') });
const post = (...events: object[]) => ask('/feedback/events', { events });

describe('inference', () => {
  it('answers from the variant of the unit, every time the same, and logs each exposure', async () => {
    const answers = await Promise.all(
      ['ada', 'ada', 'grace', 'joan', 'mary', 'rosa', 'lise', 'emmy'].map((unit) => infer(unit)),
    );
    for (const answer of answers) {
      const body = answer.json();
      expect(answer.statusCode).toBe(200);
      expect(body).toMatchObject({ model_name: 'tagging', parameters: { variant: body.outputs[0].data[0] } });
      expect(body.outputs[0].shape).toEqual([2]);
    }
    expect(answers[0]!.json().id).toBe('q-ada');
    expect(answers[0]!.json().parameters.variant).toBe(answers[1]!.json().parameters.variant);
    expect(new Set(answers.map((answer) => answer.json().parameters.variant))).toEqual(new Set(['native', 'swapped']));

    const id = answers[0]!.json().parameters.exposure_id;
    const [row] = await eventually(async () => {
      const found = await database.query('SELECT * FROM exposures WHERE id = $1', [id]);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(row).toMatchObject({
      unit: 'ada',
      request_id: 'q-ada',
      endpoint_id: rows.endpointId,
      traffic_revision: 1,
      propensity: 0.5,
      status: 200,
      images: 2,
    });
  });

  it('takes the unit from the header too, and refuses two different ones or none', async () => {
    const url = `/v2/models/${rows.endpoint}/infer`;
    expect((await ask(url, { inputs: items('1') }, rows.token, { 'x-graft-unit': 'ada' })).statusCode).toBe(200);
    const both = await ask(url, { parameters: { unit: 'grace' }, inputs: items('1') }, rows.token, {
      'x-graft-unit': 'ada',
    });
    expect(both.statusCode).toBe(422);
    const none = await ask(url, { inputs: items('1') });
    expect(none.json().error).toMatch(/^parameters\.unit: expected/);
  });

  it('refuses by name what it does not know or support', async () => {
    const answer = await ask(`/v2/models/${rows.endpoint}/infer`, {
      parameters: { unit: 'ada', priority: 3 },
      inputs: [{ ...items('1')[0], parameters: { binary_data_size: 4 } }],
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().error).toMatch(
      /parameters\.priority: expected no field of this name.*inputs\[0\]\.parameters: expected no field/s,
    );
  });

  it('hands the space of vectors on, what the server says of them back, and its refusal of another space', async () => {
    const send = (spaceId: string) =>
      ask(`/v2/models/${rows.endpoint}/infer`, {
        parameters: { unit: 'ada', space_id: spaceId },
        inputs: [{ name: 'item_embeddings', shape: [1, 2], datatype: 'FP32', data: [1, 0] }],
      });
    const answer = await send('sp_this');
    expect(answer.json().parameters).toMatchObject({
      space_id: 'sp_this',
      encoded_on_miss: 1,
      variant: expect.any(String),
    });
    const refusal = await send('sp_other');
    expect([refusal.statusCode, refusal.json().error]).toEqual([409, expect.stringMatching(/^space-mismatch/)]);
  });

  it("hands on the server's own refusal and records it", async () => {
    const answer = await ask(`/v2/models/${rows.endpoint}/infer`, {
      parameters: { unit: 'ada' },
      inputs: items('unknown'),
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({ error: 'inputs[0].data: unknown is not in the snapshot' });
    await eventually(async () =>
      expect(await database.query('SELECT FROM exposures WHERE status = 400')).toHaveLength(1),
    );
  });

  it('answers metadata and readiness', async () => {
    expect((await ask('/v2', undefined)).json()).toEqual({ name: 'graft', version: '2', extensions: [] });
    expect((await ask('/v2/health/ready', undefined)).json()).toEqual({ live: true, ready: true });
    expect((await ask(`/v2/models/${rows.endpoint}/ready`, undefined)).json()).toEqual({
      name: 'tagging',
      ready: true,
    });
    expect((await ask(`/v2/models/${rows.endpoint}`, undefined)).json()).toMatchObject({
      name: 'tagging',
      versions: ['1', '2'],
      inputs: [{ name: 'item_ids' }],
    });
    expect((await ask('/v2/models/nobody/infer', {})).json().error).toMatch(/No live endpoint nobody/);
  });
});

describe('who may call', () => {
  it('wants a token with the scope', async () => {
    expect((await ask(`/v2/models/${rows.endpoint}/ready`, undefined, 'gft_unknown')).statusCode).toBe(401);
    const feedbackOnly = await insertToken(database, null, ['feedback:write']);
    expect((await ask(`/v2/models/${rows.endpoint}/ready`, undefined, feedbackOnly)).statusCode).toBe(403);
  });

  it('knows a new token at once and forgets a revoked one within two seconds', async () => {
    const token = await insertToken(database, null, ['inference:call']);
    expect((await ask(`/v2/models/${rows.endpoint}/ready`, undefined, token)).statusCode).toBe(200);
    await database.query(`UPDATE api_tokens SET revoked_at = now() WHERE scopes = '{inference:call}'`);
    await eventually(
      async () => expect((await ask(`/v2/models/${rows.endpoint}/ready`, undefined, token)).statusCode).toBe(401),
      2_000,
    );
  });
});

describe('model servers', () => {
  it('says 503 and when to come back while none is ready, and serves as soon as one is', async () => {
    const fresh = await insertServingRows(database, 'fresh');
    const answer = await infer('ada', 'fresh');
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    for (const version of Object.values(fresh.versions))
      await markServerReady(database, version, servers[0]!.socketPath);
    await eventually(async () => expect((await infer('ada', 'fresh')).statusCode).toBe(200));
  });

  it('never follows a link that stands where the socket was', async () => {
    const linked = await insertServingRows(database, 'linked');
    const link = path.join(home, 'link.sock');
    symlinkSync(servers[0]!.socketPath, link);
    for (const version of Object.values(linked.versions)) await markServerReady(database, version, link);
    const before = servers[0]!.answered;
    await eventually(async () => expect((await infer('ada', 'linked')).json().error).toMatch(/cannot be reached/));
    expect(servers[0]!.answered).toBe(before);
  });

  it('survives a server that went away and came back at the same place', async () => {
    const unit = 'ada';
    const { variant } = (await infer(unit)).json().parameters;
    const index = variant === 'native' ? 0 : 1;
    const { socketPath } = servers[index]!;
    await servers[index]!.close();
    expect((await infer(unit)).statusCode).toBe(503);
    servers[index] = await startFakeModelServer(socketPath, variant);
    expect((await infer(unit)).statusCode).toBe(200);
  });
});

describe('feedback', () => {
  const event = (eventId: string, more: object = {}) => ({
    eventId,
    endpoint: rows.endpoint,
    unit: 'ada',
    type: 'save',
    itemId: '1',
    ...more,
  });

  it('stores an event once, however often and wherever it is repeated', async () => {
    expect((await post(event('e1'), event('e1'), event('e2'))).json()).toEqual({ accepted: 2, duplicates: 1 });
    expect((await post(event('e1'))).json()).toEqual({ accepted: 0, duplicates: 1 });
    await eventually(async () => expect(await database.query('SELECT FROM events')).toHaveLength(2));
    expect((await post(event('e2'), event('e3'))).json()).toEqual({ accepted: 1, duplicates: 1 });
    await eventually(async () => expect(await database.query('SELECT FROM events')).toHaveLength(3));
  });

  it('takes nothing of a request with one wrong event, and says which', async () => {
    const answer = await post(
      event('e4'),
      event('e5', { endpoint: 'nowhere' }),
      event('e6', { at: '2099-01-01T00:00:00Z' }),
    );
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors.map(({ field }: { field: string }) => field)).toEqual([
      'events[1].endpoint',
      'events[2].at',
    ]);
    expect((await post(event('e4'))).json()).toEqual({ accepted: 1, duplicates: 0 });
    expect((await post({ ...event('e7'), type: 'wave' })).json().errors[0].field).toBe('events[0].type');
  });
});

describe('while the database is away', () => {
  it('goes on answering and taking feedback, and stores all of it once afterwards', async () => {
    const stored = async () => (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM exposures'))[0]!.n;
    await eventually(() =>
      expect(readdirSync(path.join(home, 'wal')).filter((name) => name.startsWith('exposures'))).toHaveLength(0),
    );
    const before = await stored();
    proxy.cut();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => infer(`away-${i}`)));
    expect(answers.every((answer) => answer.statusCode === 200)).toBe(true);
    const event = { eventId: 'away', endpoint: rows.endpoint, unit: 'away-1', type: 'purchase', value: 9.5 };
    expect((await post(event)).json()).toEqual({ accepted: 1, duplicates: 0 });
    expect((await post(event)).json()).toEqual({ accepted: 0, duplicates: 1 });
    proxy.mend();
    await eventually(async () => expect(await stored()).toBe(before + 20));
    await eventually(async () =>
      expect(await database.query(`SELECT value FROM events WHERE event_id = 'away'`)).toEqual([{ value: 9.5 }]),
    );
  });
});

it('lets one gateway only write a log', async () => {
  const config = loadConfig('gateway', { DATABASE_URL: proxy.url, GRAFT_HOME: home, LOG_LEVEL: 'silent' });
  await expect(startGateway(config)).rejects.toThrow('Another gateway writes to');
});
