import { Global, Injectable, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/env.js';
import { BullQueue, postgresBackend, redisBackend } from './bull.queue.js';
import { JobHandlers, JobQueue, type EnqueueOptions, type Job } from './job.js';
import { Schedules } from './schedules.js';

/** BullMQ under Nest's life cycle: connects at boot, when every feature has registered its handlers; works in workers only. */
@Injectable()
class ManagedQueue extends JobQueue implements OnApplicationBootstrap, OnApplicationShutdown {
  private bull: BullQueue | undefined;

  constructor(
    private readonly config: Config,
    private readonly handlers: JobHandlers,
  ) {
    super();
  }

  override enqueue<P>(job: Job<P>, payload: P, options?: EnqueueOptions): Promise<void> {
    return this.connected().enqueue(job, payload, options);
  }

  onApplicationBootstrap(): void {
    if (this.config.process === 'worker') this.connected().startWorkers();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.bull?.close();
  }

  private connected(): BullQueue {
    const { process, databaseUrl, redisUrl } = this.config;
    const workers = process === 'worker' ? this.handlers.all().length : 0;
    this.bull ??= new BullQueue(
      redisUrl === undefined ? postgresBackend(databaseUrl, workers) : redisBackend(redisUrl),
      this.handlers,
    );
    return this.bull;
  }
}

@Global()
@Module({
  providers: [JobHandlers, Schedules, { provide: JobQueue, useClass: ManagedQueue }],
  exports: [JobHandlers, Schedules, JobQueue],
})
export class QueueModule {}
