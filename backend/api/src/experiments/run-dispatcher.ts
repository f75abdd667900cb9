import { availableParallelism } from 'node:os';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { SandboxHost, workerIdentity } from '../sandboxes/index.js';
import { RunDoorbell } from './run-doorbell.js';
import { RunExecutor } from './run-executor.js';
import type { Run } from './run.entity.js';
import { RunsRepository, type Holder } from './runs.repository.js';

/** Takes queued runs while this host has CPUs to spare. */
@Injectable()
export class RunDispatcher implements BeforeApplicationShutdown {
  private readonly logger = new Logger(RunDispatcher.name);
  private readonly active = new Map<string, Promise<void>>();
  private readonly abandon = new AbortController();
  private claiming: Promise<void> = Promise.resolve();

  constructor(
    private readonly runs: RunsRepository,
    private readonly executor: RunExecutor,
    private readonly sandboxes: SandboxHost,
    private readonly doorbell: RunDoorbell,
  ) {}

  /** Runs that this process works on now. */
  get activeRunIds(): string[] {
    return [...this.active.keys()];
  }

  /** Runs of this worker go back to the queue at once; another worker, or the next start, resumes them. */
  async beforeApplicationShutdown(): Promise<void> {
    this.abandon.abort();
    await this.claiming;
    await Promise.allSettled(this.active.values());
  }

  /** Claims one run after the other until nothing is queued or nothing fits any more. */
  claimAll(): Promise<void> {
    this.claiming = this.claiming
      .then(() => this.claimWhatFits())
      .catch((error: unknown) => this.logger.warn({ err: error }, 'No run could be claimed; the sweep tries again'));
    return this.claiming;
  }

  private async claimWhatFits(): Promise<void> {
    // A host where no sandbox can be built would fail every run it is given.
    await this.sandboxes.driver();
    while (!this.abandon.signal.aborted) {
      const run = await this.runs.claim(workerIdentity.id, workerIdentity.host, availableParallelism());
      if (run === null) return;
      const work = this.work(run).finally(() => this.active.delete(run.id));
      this.active.set(run.id, work);
    }
  }

  private async work(run: Run): Promise<void> {
    const holder: Holder = { runId: run.id, attempt: run.attempt, workerId: workerIdentity.id };
    try {
      const ready = await this.executor.execute(run, holder, this.abandon.signal);
      await this.doorbell.ring(ready);
    } catch (error) {
      this.logger.error({ err: error, runId: run.id }, 'A run was left to the sweep');
    }
    if (!this.abandon.signal.aborted) void this.claimAll();
  }
}
