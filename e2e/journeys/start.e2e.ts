import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGraftClient, orThrow } from '@graft/client';
import { expect, test } from '@playwright/test';
import { freePort, Instance, launch } from '../platform/instance.js';
import { processesNaming } from '../platform/processes.js';

const ending = (launcher: ReturnType<typeof launch>['launcher']): Promise<number | null> =>
  new Promise((resolve) => launcher.once('exit', resolve));

test('a second start keeps what was made, is ready in seconds, and Ctrl-C leaves no process behind', async () => {
  const first = await Instance.start();
  const token = first.facts.tokens.researcher;
  const made = await orThrow(
    createGraftClient({ baseUrl: first.url, token }).POST('/api/datasets', {
      body: { name: 'kept', tier: 'internal' },
    }),
  );
  expect(await first.stop()).toBe(0);
  expect(processesNaming(first.home)).toEqual([]);

  const second = await Instance.start({ home: first.home });
  try {
    expect(second.facts.adminPassword).toBeUndefined();
    const kept = await orThrow(
      createGraftClient({ baseUrl: second.url, token: second.facts.tokens.researcher }).GET('/api/datasets/{id}', {
        params: { path: { id: made.id } },
      }),
    );
    expect(kept.name).toBe('kept');
  } finally {
    await second.remove();
  }
  expect(processesNaming(first.home)).toEqual([]);
});

test('a taken port is named, with what to do', async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'graft-e2e-'));
  const port = await freePort();
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
  try {
    const { launcher, printed } = launch(['start', '--no-demo'], { GRAFT_HOME: home, GRAFT_PORT: String(port) });
    expect(await ending(launcher)).toBe(1);
    expect(printed.join('\n')).toContain(String(port));
    expect(printed.join('\n')).toContain('GRAFT_PORT=');
  } finally {
    holder.close();
    rmSync(home, { recursive: true, force: true });
  }
});

test('a home that is no folder is refused by name', async () => {
  const { launcher, printed } = launch(['start', '--no-demo'], {
    GRAFT_HOME: '/proc/self/status',
    GRAFT_PORT: String(await freePort()),
  });
  expect(await ending(launcher)).toBe(1);
  expect(printed.join('\n')).toContain('/proc/self/status');
  expect(printed.join('\n')).toContain('GRAFT_HOME=');
});
