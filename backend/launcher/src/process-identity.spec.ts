import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isAlive, processIdentity, sameProcess } from './process-identity.js';

test('a living process is itself, and not another one that has its number', () => {
  const identity = processIdentity(process.pid) ?? '';
  expect(sameProcess(identity)).toBe(true);
  expect(sameProcess(`${process.pid} 1`)).toBe(false);
});

test('a process that ended has no identity', async () => {
  const child = spawn('true');
  const { pid = 0 } = child;
  await once(child, 'exit');
  expect(isAlive(pid)).toBe(false);
  expect(processIdentity(pid)).toBeUndefined();
});
