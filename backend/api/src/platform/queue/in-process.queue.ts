import { JobHandlers, JobQueue, type EnqueueOptions, type Job } from './job.js';

/** The queue for tests and for single-process tools: the same promises, kept in memory. */
export class InProcessQueue extends JobQueue {
  private readonly pending = new Set<string>();
  private readonly running = new Set<Promise<void>>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly stop = new AbortController();
  private nextId = 0;

  constructor(private readonly handlers: JobHandlers) {
    super();
  }

  override async enqueue<P>(job: Job<P>, payload: P, options: EnqueueOptions = {}): Promise<void> {
    const parsed = job.payload.parse(payload);
    const key = `${job.name}:${options.jobId ?? `#${this.nextId++}`}`;
    if (!this.pending.has(key)) {
      this.pending.add(key);
      this.later(options.delayMs ?? 0, () => this.attempt(job as Job<unknown>, parsed, key, 1));
    }
  }

  /** Resolves when nothing waits or runs any more. */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  async close(): Promise<void> {
    this.stop.abort(new Error('The queue was closed'));
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.allSettled(this.running);
  }

  private attempt(job: Job<unknown>, payload: unknown, key: string, attempt: number): void {
    const run = this.handlers
      .run(job.name, payload, this.stop.signal)
      .then(() => this.pending.delete(key))
      .catch(() => {
        if (attempt < job.attempts && !this.stop.signal.aborted)
          this.later(2 ** attempt, () => this.attempt(job, payload, key, attempt + 1));
        else this.pending.delete(key);
      })
      .then(() => undefined)
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  private later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, delayMs);
    this.timers.add(timer);
  }
}
