import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually } from './eventually.js';
import { defineJob, JobHandlers, type Job, type JobQueue } from '../platform/queue/index.js';

export interface QueueUnderTest {
  readonly queue: JobQueue;
  /** Begins to work on every registered job. */
  start(): void;
  close(): Promise<void>;
}

/** What every queue promises, whatever it runs on. */
export function describeJobQueue(name: string, create: (handlers: JobHandlers) => QueueUnderTest): void {
  describe(`job queue on ${name}`, () => {
    let handlers: JobHandlers;
    let running: QueueUnderTest | undefined;
    let seen: number[];
    let job: Job<{ n: number }>;

    beforeEach(() => {
      handlers = new JobHandlers();
      seen = [];
      // A name of its own for each case: queues outlive the process.
      job = defineJob(`conformance.${randomUUID()}`, z.strictObject({ n: z.number() }), {
        timeoutMs: 300,
        attempts: 3,
      });
    });
    afterEach(async () => {
      await running?.close();
    });

    function start(handler: (n: number, signal: AbortSignal) => Promise<void>): JobQueue {
      handlers.register(job, ({ n }, signal) => handler(n, signal));
      running = create(handlers);
      running.start();
      return running.queue;
    }

    it('hands the payload to the handler', async () => {
      const queue = start(async (n) => void seen.push(n));
      await queue.enqueue(job, { n: 7 });
      await eventually(() => expect(seen).toEqual([7]));
    });

    it('refuses a payload that is not the job’s', async () => {
      const queue = start(async (n) => void seen.push(n));
      await expect(queue.enqueue(job, { n: 'seven' } as never)).rejects.toThrow();
    });

    it('tries again when the handler throws', async () => {
      const queue = start(async (n) => {
        seen.push(n);
        if (seen.length === 1) throw new Error('not yet');
      });
      await queue.enqueue(job, { n: 1 });
      await eventually(() => expect(seen).toEqual([1, 1]));
    });

    it('adds a job of the same id once while it waits', async () => {
      const queue = start(async (n) => void seen.push(n));
      await queue.enqueue(job, { n: 1 }, { jobId: 'same', delayMs: 200 });
      await queue.enqueue(job, { n: 2 }, { jobId: 'same', delayMs: 200 });
      await queue.enqueue(job, { n: 3 }, { jobId: 'other', delayMs: 400 });
      await eventually(() => expect(seen).toContain(3));
      expect(seen).toEqual([1, 3]);
    });

    it('takes an id again after its job has ended', async () => {
      const queue = start(async (n) => void seen.push(n));
      await queue.enqueue(job, { n: 1 }, { jobId: 'again' });
      await eventually(() => expect(seen).toEqual([1]));
      await eventually(async () => {
        await queue.enqueue(job, { n: 2 }, { jobId: 'again' });
        expect(seen).toContain(2);
      });
    });

    it('waits before a delayed job', async () => {
      const queue = start(async (n) => void seen.push(n));
      const before = Date.now();
      await queue.enqueue(job, { n: 1 }, { delayMs: 300 });
      await eventually(() => expect(seen).toEqual([1]));
      expect(Date.now() - before).toBeGreaterThanOrEqual(290);
    });

    it('aborts a handler that takes too long', async () => {
      const reasons: unknown[] = [];
      const queue = start(async (n, signal) => {
        if (seen.push(n) > 1) return;
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        reasons.push(signal.reason);
      });
      await queue.enqueue(job, { n: 1 });
      await eventually(() => expect(seen).toEqual([1, 1]));
      expect(String(reasons[0])).toContain('TimeoutError');
    });
  });
}
