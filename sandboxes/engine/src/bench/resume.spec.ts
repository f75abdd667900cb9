import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fingerprint, runTraining } from './killed-training.js';

/** Built before the tests: a process of its own cannot be one of vitest's. */
const program = fileURLToPath(new URL('../../dist/bench/resume-training.js', import.meta.url));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-engine-spec-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('a training killed at a random moment and inside a checkpoint ends in the bytes of an unbroken one', async () => {
  const [unbroken, broken] = [join(root, 'unbroken'), join(root, 'broken')];
  const { milliseconds } = await runTraining(program, unbroken);
  const first = await runTraining(program, broken, { at: (milliseconds / 3) * Math.random(), insideCheckpoint: false });
  const second = await runTraining(program, broken, { at: 0, insideCheckpoint: true });
  expect([first.killed, second.killed]).toEqual([true, true]);
  await runTraining(program, broken);
  expect(await fingerprint(broken)).toBe(await fingerprint(unbroken));
}, 60_000);
