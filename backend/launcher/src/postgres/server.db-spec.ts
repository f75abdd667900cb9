import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startPostgres } from './index.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'graft-pg-spec-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('the server of the global set-up answers and knows the extensions Graft may use', async () => {
  const rows = await query(inject('postgresUrl'), 'select name from pg_available_extensions');
  expect(rows).toEqual(expect.arrayContaining([{ name: 'pgcrypto' }, { name: 'pg_trgm' }]));
});

test('what was committed survives SIGKILL of the server, on the same port', async () => {
  const dataDir = path.join(folder, 'killed');
  const first = await startPostgres({ dataDir });
  await query(first.url, 'create table kept as select 1 as one');
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  const second = await startPostgres({ dataDir, port: first.port });
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'select one from kept')).toEqual([{ one: 1 }]);
  await second.stop();
});

test('a folder that initdb never finished is made anew', async () => {
  const dataDir = path.join(folder, 'unfinished');
  mkdirSync(path.join(dataDir, 'initialising/data'), { recursive: true });
  writeFileSync(path.join(dataDir, 'initialising/data/PG_VERSION'), '18\n');
  const server = await startPostgres({ dataDir, fast: true });
  await server.stop();
  expect(existsSync(path.join(dataDir, 'initialising'))).toBe(false);
});

test('a damaged folder is named, with what is missing, and left as it is', async () => {
  const dataDir = path.join(folder, 'damaged');
  mkdirSync(path.join(dataDir, 'data'), { recursive: true });
  writeFileSync(path.join(dataDir, 'data/PG_VERSION'), '18\n');
  await expect(startPostgres({ dataDir })).rejects.toThrow(/global\/pg_control.*missing.*move it away/s);
  expect(existsSync(path.join(dataDir, 'data/PG_VERSION'))).toBe(true);
});

test('a number in postmaster.pid that now belongs to another program does not stop the start', async () => {
  const dataDir = path.join(folder, 'recycled');
  await (await startPostgres({ dataDir, fast: true })).stop();
  writeFileSync(path.join(dataDir, 'data/postmaster.pid'), `${process.pid}\n${dataDir}/data\n1\n5432\n\n127.0.0.1\n`);
  const server = await startPostgres({ dataDir, fast: true });
  await server.stop();
});

test.runIf(process.getuid?.() === 0)('root may keep its data where nobody else can enter', async () => {
  const closed = path.join(folder, 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o700);
  const server = await startPostgres({ dataDir: path.join(closed, 'pg'), fast: true });
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.stop();
});
