import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimHome } from './home.js';
import { isAlive, processIdentity } from './process-identity.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'graft-home-spec-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('one Graft at a time: the second is told who runs, and may follow the first', async () => {
  const dir = path.join(folder, 'one');
  const first = await claimHome(dir);
  first.record({ url: 'http://127.0.0.1:3000', pids: {} });
  await expect(claimHome(dir)).rejects.toThrow(`process ${process.pid}, http://127.0.0.1:3000`);
  await first.release();
  const second = await claimHome(dir);
  await second.release();
});

test('what a killed launcher left running is ended', async () => {
  const dir = path.join(folder, 'two');
  mkdirSync(dir);
  const child = spawn('sleep', ['60']);
  const { pid = 0 } = child;
  writeFileSync(
    path.join(dir, 'launcher.json'),
    JSON.stringify({ url: '', launcher: '1 0', processes: { api: processIdentity(pid) } }),
  );
  const ended = once(child, 'exit');
  const home = await claimHome(dir);
  await ended;
  expect(isAlive(pid)).toBe(false);
  await home.release();
});

test('a home that cannot be written is refused with the way out', async () => {
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  await expect(claimHome(path.join(file, 'home'))).rejects.toThrow('GRAFT_HOME=/some/writable/folder npm start');
});
