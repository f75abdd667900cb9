import { Test, type TestingModule } from '@nestjs/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually } from '../../testing/eventually.js';
import { useDatabase } from '../../testing/database.js';
import { Config, loadConfig } from '../config/env.js';
import { Transactions } from '../database/index.js';
import { PlatformModule } from '../platform.module.js';
import { defineEvent, EventHandlers, Outbox } from './index.js';

const Happened = defineEvent('tests.happened', z.strictObject({ n: z.number() }));
const Stumbled = defineEvent('tests.stumbled', z.strictObject({ n: z.number() }));

const database = useDatabase();
let workers: TestingModule[];
let heard: number[];

async function startWorker(): Promise<TestingModule> {
  const module = await Test.createTestingModule({ imports: [PlatformModule.forProcess('worker')] })
    .overrideProvider(Config)
    .useValue(loadConfig('worker', { DATABASE_URL: database.url, LOG_LEVEL: 'silent' }))
    .compile();
  const handlers = module.get(EventHandlers);
  handlers.on(Happened, async ({ n }) => void heard.push(n));
  handlers.on(Stumbled, async ({ n }) => {
    heard.push(n);
    if (heard.filter((seen) => seen === n).length === 1) throw new Error('not yet');
  });
  return module.init();
}

beforeAll(async () => {
  heard = [];
  workers = [await startWorker(), await startWorker()];
});
afterAll(() => Promise.all(workers.map((worker) => worker.close())));

const first = <T>(type: new (...args: never[]) => T): T => workers[0]!.get(type);

it('delivers after the commit, once, with two workers at it', async () => {
  await Promise.all(
    [1, 2, 3, 4, 5].map((n) => first(Transactions).run((tx) => first(Outbox).publish(tx, Happened, { n }))),
  );
  await eventually(async () => {
    const [row] = await database.query<{ open: number }>(
      'SELECT count(*)::int AS open FROM outbox_events WHERE delivered_at IS NULL',
    );
    expect(row?.open).toBe(0);
  });
  expect(heard.toSorted()).toEqual([1, 2, 3, 4, 5]);
});

it('delivers nothing of a transaction that is rolled back', async () => {
  const rolledBack = first(Transactions).run(async (tx) => {
    await first(Outbox).publish(tx, Happened, { n: 66 });
    throw new Error('no');
  });
  await expect(rolledBack).rejects.toThrow('no');
  await first(Transactions).run((tx) => first(Outbox).publish(tx, Happened, { n: 67 }));
  await eventually(() => expect(heard).toContain(67));
  expect(heard).not.toContain(66);
});

it('delivers again, and notes why, when a handler fails', async () => {
  await first(Transactions).run((tx) => first(Outbox).publish(tx, Stumbled, { n: 99 }));
  await eventually(() => expect(heard.filter((n) => n === 99)).toHaveLength(2), 15_000);
  await eventually(async () => {
    const [row] = await database.query<{ attempts: number; done: boolean }>(
      `SELECT attempts, delivered_at IS NOT NULL AS done FROM outbox_events WHERE type = 'tests.stumbled'`,
    );
    expect(row).toEqual({ attempts: 1, done: true });
  });
});

it('goes on after every connection was cut', async () => {
  await database.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await eventually(() => first(Transactions).run((tx) => first(Outbox).publish(tx, Happened, { n: 200 })));
  await eventually(() => expect(heard).toContain(200), 15_000);
});
