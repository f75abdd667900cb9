import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useDatabase } from '../testing/database.js';
import { eventually } from '../testing/eventually.js';
import { startFakeModelServer, type FakeModelServer } from './testing/fake-model-server.js';
import { insertServingRows, markServerReady, type ServingRows } from './testing/serving-rows.js';

const KILLS = 4;
const CALLERS = 16;
const BUILT_GATEWAY = path.join(import.meta.dirname, '../../dist/gateway.js');

const database = useDatabase();
let home: string;
let rows: ServingRows;
let server: FakeModelServer;
let address: string;
let gateway: ChildProcess;

beforeAll(async () => {
  expect(existsSync(BUILT_GATEWAY), `${BUILT_GATEWAY} is missing: build the api first`).toBe(true);
  home = mkdtempSync(path.join(tmpdir(), 'graft-killed-'));
  rows = await insertServingRows(database);
  server = await startFakeModelServer(path.join(home, 'model.sock'), 'any');
  for (const version of Object.values(rows.versions)) await markServerReady(database, version, server.socketPath);
  address = `http://127.0.0.1:${await freePort()}`;
});

afterAll(async () => {
  gateway.kill('SIGKILL');
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function startGatewayProcess(): Promise<void> {
  const environment = {
    DATABASE_URL: database.url,
    GRAFT_HOME: home,
    GRAFT_GATEWAY_PORT: new URL(address).port,
    LOG_LEVEL: 'error',
  };
  gateway = spawn(process.execPath, [BUILT_GATEWAY], { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
  await eventually(async () => expect((await fetch(`${address}/v2/health/ready`)).status).toBe(200), 20_000);
}

async function kill(signal: NodeJS.Signals): Promise<void> {
  const gone = once(gateway, 'exit');
  gateway.kill(signal);
  await gone;
}

const headers = () => ({ authorization: `Bearer ${rows.token}`, 'content-type': 'application/json' });

/** Asks and reports until the gateway dies; gives every id it was told is recorded to the lists. */
async function callUntilKilled(caller: string, acknowledged: { exposures: string[]; events: string[] }): Promise<void> {
  for (let i = 0; ; i++) {
    try {
      const body = JSON.stringify({
        parameters: { unit: `${caller}-${i}` },
        inputs: [{ name: 'item_ids', shape: [1], datatype: 'BYTES', data: ['1'] }],
      });
      const answer = await fetch(`${address}/v2/models/${rows.endpoint}/infer`, {
        method: 'POST',
        headers: headers(),
        body,
      });
      acknowledged.exposures.push(
        ((await answer.json()) as { parameters: { exposure_id: string } }).parameters.exposure_id,
      );
      const eventId = `${caller}-${i}`;
      const events = JSON.stringify({ events: [{ eventId, endpoint: rows.endpoint, unit: eventId, type: 'save' }] });
      const taken = await fetch(`${address}/feedback/events`, { method: 'POST', headers: headers(), body: events });
      if (taken.ok) acknowledged.events.push(eventId);
    } catch {
      return;
    }
  }
}

it('loses and doubles nothing it acknowledged when it is killed again and again', { timeout: 120_000 }, async () => {
  const acknowledged = { exposures: [] as string[], events: [] as string[] };
  for (let round = 0; round < KILLS; round++) {
    await startGatewayProcess();
    const already = acknowledged.exposures.length;
    const callers = Array.from({ length: CALLERS }, (_, i) => callUntilKilled(`${round}-${i}`, acknowledged));
    // Enough for shipping, which starts four times a second, to be under way at some of the kills.
    await eventually(() => expect(acknowledged.exposures.length).toBeGreaterThan(already + 150 * (round + 1)), 30_000);
    await kill('SIGKILL');
    await Promise.all(callers);
  }
  await startGatewayProcess();
  await kill('SIGTERM');

  const stored = await database.query<{ id: string }>('SELECT id FROM exposures');
  const events = await database.query<{ id: string }>('SELECT event_id AS id FROM events');
  const storedIds = new Set(stored.map(({ id }) => id));
  const eventIds = new Set(events.map(({ id }) => id));
  expect(acknowledged.exposures.filter((id) => !storedIds.has(id))).toEqual([]);
  expect(acknowledged.events.filter((id) => !eventIds.has(id))).toEqual([]);
  expect([stored.length, events.length]).toEqual([storedIds.size, eventIds.size]);
  expect(readdirSync(path.join(home, 'wal'))).toEqual([]);
});
