import type { z } from 'zod';

/** A kind of background work. Its payload carries ids only: the truth is read from the database when it runs. */
export interface Job<P> {
  /** `<feature>.<imperative>`: experiments.expire-leases. The part before the dot is the queue. */
  readonly name: string;
  readonly payload: z.ZodType<P>;
  /** A run that takes longer is aborted through its signal and counts as failed. */
  readonly timeoutMs: number;
  /** How often it is tried in all; default 5, with exponential back-off. A sweep finds what stays failed. */
  readonly attempts: number;
  /** How many of its kind one worker process runs at once; default 2. */
  readonly concurrency: number;
}

export function defineJob<P>(
  name: `${string}.${string}`,
  payload: z.ZodType<P>,
  limits: { timeoutMs: number; attempts?: number; concurrency?: number },
): Job<P> {
  return {
    name,
    payload,
    timeoutMs: limits.timeoutMs,
    attempts: limits.attempts ?? 5,
    concurrency: limits.concurrency ?? 2,
  };
}

export interface EnqueueOptions {
  /** A job with this id that still waits or runs is not added again. Letters, digits, `-` and `_`. */
  readonly jobId?: string;
  readonly delayMs?: number;
}

/** The door of the queue. Enqueue after commit: a job must find the rows it names. */
export abstract class JobQueue {
  abstract enqueue<P>(job: Job<P>, payload: P, options?: EnqueueOptions): Promise<void>;
}

export type JobHandler<P> = (payload: P, signal: AbortSignal) => Promise<void>;

/** Who does which job. Registered by every process, run by workers only. */
export class JobHandlers {
  private readonly byName = new Map<string, { job: Job<unknown>; handler: JobHandler<unknown> }>();

  register<P>(job: Job<P>, handler: JobHandler<P>): void {
    if (this.byName.has(job.name)) throw new Error(`Job ${job.name} has two handlers`);
    this.byName.set(job.name, { job: job as Job<unknown>, handler: handler as JobHandler<unknown> });
  }

  all(): { job: Job<unknown>; handler: JobHandler<unknown> }[] {
    return [...this.byName.values()];
  }

  /** Parses the payload and runs the handler under the job's time limit. */
  async run(name: string, payload: unknown, cancelled: AbortSignal): Promise<void> {
    const entry = this.byName.get(name);
    if (entry === undefined) throw new Error(`No handler is registered for job ${name}`);
    const signal = AbortSignal.any([cancelled, AbortSignal.timeout(entry.job.timeoutMs)]);
    signal.throwIfAborted();
    await Promise.race([entry.handler(entry.job.payload.parse(payload), signal), aborted(signal)]);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
}
