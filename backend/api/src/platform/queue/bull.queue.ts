import { Logger } from '@nestjs/common';
import {
  createPostgresBackend,
  Queue as RedisQueue,
  withBackend,
  Worker as RedisWorker,
  type Job as BullJob,
  type PostgresConnectionOptions,
} from 'bullmq';
import pg from 'pg';
import { JobHandlers, JobQueue, type EnqueueOptions, type Job } from './job.js';

/** Connections of a process on top of one per worker, which LISTENs. */
const SPARE_CONNECTIONS = 4;
const CLOSE_TIMEOUT_MS = 3_000;
/** A worker that died loses its jobs to others after about this long. */
const STALLED_INTERVAL_MS = 10_000;

interface Closable {
  close(force?: boolean): Promise<void>;
}

/** Where queues and workers get their connections: one seam between PostgreSQL and Redis. */
export interface BullBackend {
  queue(name: string): RedisQueue;
  worker(
    name: string,
    concurrency: number,
    process: (job: BullJob, token?: string, signal?: AbortSignal) => Promise<void>,
  ): RedisWorker;
  close(): Promise<void>;
}

const onWorker = (concurrency: number) => ({
  concurrency,
  stalledInterval: STALLED_INTERVAL_MS,
  lockDuration: STALLED_INTERVAL_MS * 3,
  // A job that stalled did nothing wrong by itself: a killed worker must not use up its attempts.
  maxStalledCount: 10,
});

/** @param workers how many workers this process will run: each holds one connection of the pool */
export function postgresBackend(url: string, workers: number): BullBackend {
  const pool = new pg.Pool({
    connectionString: url,
    max: workers + SPARE_CONNECTIONS,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    options: '-c search_path=bullmq',
    application_name: 'graft-queue',
  });
  // BullMQ takes a pool at run time; its type of a pool is narrower than the one of pg.
  const connection = pool as unknown as PostgresConnectionOptions;
  const { Queue, Worker } = withBackend(createPostgresBackend);
  return {
    queue: (name) => new Queue(name, { connection }) as unknown as RedisQueue,
    worker: (name, concurrency, process) =>
      new Worker(name, process, { connection, ...onWorker(concurrency) }) as unknown as RedisWorker,
    close: () => pool.end(),
  };
}

export function redisBackend(url: string): BullBackend {
  const connection = { url, maxRetriesPerRequest: null };
  return {
    queue: (name) => new RedisQueue(name, { connection: { url, enableOfflineQueue: false } }),
    worker: (name, concurrency, process) => new RedisWorker(name, process, { connection, ...onWorker(concurrency) }),
    close: () => Promise.resolve(),
  };
}

/** One BullMQ queue per job name, so that a slow kind of work never holds up another. */
export class BullQueue extends JobQueue {
  private readonly logger = new Logger('Queue');
  private readonly queues = new Map<string, RedisQueue>();
  private readonly workers: Closable[] = [];

  constructor(
    private readonly backend: BullBackend,
    private readonly handlers: JobHandlers,
  ) {
    super();
  }

  override async enqueue<P>(job: Job<P>, payload: P, options: EnqueueOptions = {}): Promise<void> {
    await this.queue(job.name).add(job.name, job.payload.parse(payload), {
      attempts: job.attempts,
      backoff: { type: 'exponential', delay: 1_000 },
      // A finished job is forgotten at once, so that its id can be used again.
      removeOnComplete: true,
      removeOnFail: true,
      ...(options.jobId === undefined ? {} : { jobId: options.jobId }),
      ...(options.delayMs === undefined ? {} : { delay: options.delayMs }),
    });
  }

  /** Starts to work on every job that has a handler. */
  startWorkers(): void {
    for (const { job } of this.handlers.all()) {
      const worker = this.backend.worker(job.name, job.concurrency, (task, _token, signal) =>
        this.handlers.run(job.name, task.data, signal ?? new AbortController().signal),
      );
      worker.on('error', (error) => this.logger.warn(`${job.name}: ${error.message}`));
      worker.on('failed', (task, error) =>
        this.logger.error({ err: error, job: job.name, attempt: task?.attemptsMade }, 'A job failed'),
      );
      this.workers.push(worker);
    }
  }

  /** Waits shortly for running jobs; what is left is taken over by another worker when its lock runs out. */
  async close(): Promise<void> {
    await Promise.allSettled(this.workers.map((worker) => closeSoon(worker)));
    await Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
    await this.backend.close();
  }

  private queue(name: string): RedisQueue {
    let queue = this.queues.get(name);
    if (queue === undefined) {
      queue = this.backend.queue(name);
      queue.on('error', (error) => this.logger.warn(`${name}: ${error.message}`));
      this.queues.set(name, queue);
    }
    return queue;
  }
}

async function closeSoon(worker: Closable): Promise<void> {
  const { promise: tooLong, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
  await Promise.race([worker.close(), tooLong]);
  clearTimeout(timer);
}
