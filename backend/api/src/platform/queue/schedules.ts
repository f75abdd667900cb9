import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../config/env.js';

interface Schedule {
  /** `<feature>.<what it does>` */
  readonly name: string;
  readonly everyMs: number;
}

/**
 * Sweeps: work that is due again and again, in every worker. It needs no queue, so it finds what the queue lost. A handler never
 * overlaps itself within one process, but two workers may run it at once: it must settle races in the database.
 */
@Injectable()
export class Schedules implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Schedules.name);
  private readonly waiting: (() => void)[] = [];
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly running = new Set<Promise<void>>();
  private started = false;
  private stopped = false;

  constructor(private readonly config: Config) {}

  /** Registers a sweep; it runs once at start and then `everyMs` after each end. */
  every(schedule: Schedule, handler: () => Promise<void>): void {
    const start = (): void => this.turn(schedule, handler);
    if (this.started) start();
    else this.waiting.push(start);
  }

  onApplicationBootstrap(): void {
    if (this.config.process !== 'worker') return;
    this.started = true;
    for (const start of this.waiting.splice(0)) start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    await Promise.allSettled(this.running);
  }

  private turn(schedule: Schedule, handler: () => Promise<void>): void {
    const run = handler()
      .catch((error: unknown) =>
        this.logger.error({ err: error }, `${schedule.name} failed; it runs again in ${schedule.everyMs} ms`),
      )
      .finally(() => {
        this.running.delete(run);
        if (!this.stopped)
          this.timers.set(
            schedule.name,
            setTimeout(() => this.turn(schedule, handler), schedule.everyMs),
          );
      });
    this.running.add(run);
  }
}
