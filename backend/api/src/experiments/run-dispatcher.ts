import { readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Config } from '../platform/config/env.js';
import { Transactions } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { JobHandlers, JobQueue, Schedules } from '../platform/queue/index.js';
import { isKnownDead, SandboxHost, workerIdentity } from '../sandboxes/index.js';
import { ExecuteRun } from './experiments.jobs.js';
import { RunCompletion } from './run-completion.js';
import { RunExecutor } from './run-executor.js';
import type { Run } from './run.entity.js';
import { RunsRepository, type Holder } from './runs.repository.js';

const SWEEP_MS = 3_000;
/** After so many attempts a run whose worker always dies is given up: it may be what kills them. */
const MAX_ATTEMPTS = 10;

/** Takes queued runs while this host has CPUs to spare, and brings back what dead workers held. */
@Injectable()
export class RunDispatcher implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(RunDispatcher.name);
  private readonly active = new Map<string, Promise<void>>();
  private readonly abandon = new AbortController();
  private claiming: Promise<void> = Promise.resolve();

  constructor(
    private readonly runs: RunsRepository,
    private readonly executor: RunExecutor,
    private readonly completion: RunCompletion,
    private readonly sandboxes: SandboxHost,
    private readonly transactions: Transactions,
    private readonly live: Live,
    private readonly queue: JobQueue,
    private readonly handlers: JobHandlers,
    private readonly schedules: Schedules,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.handlers.register(ExecuteRun, () => this.claimAll());
    this.schedules.every({ name: 'experiments.sweep', everyMs: SWEEP_MS }, () => this.sweep());
    this.schedules.every({ name: 'experiments.remove-workspaces', everyMs: 600_000 }, () => this.removeWorkspaces());
  }

  /** Runs of this worker go back to the queue at once; another worker, or the next start, resumes them. */
  async beforeApplicationShutdown(): Promise<void> {
    this.abandon.abort();
    await this.claiming;
    await Promise.allSettled(this.active.values());
  }

  /** Rings for runs that were queued elsewhere. Losing it costs a few seconds: the sweep looks too. */
  async announce(runIds: readonly string[]): Promise<void> {
    for (const runId of runIds) {
      await this.queue.enqueue(ExecuteRun, { runId }, { jobId: runId }).catch((error: unknown) => this.logger.warn({ err: error }, 'The queue did not take a job; the sweep finds its run'));
    }
  }

  /** Claims one after the other until nothing is queued or nothing fits any more. */
  private claimAll(): Promise<void> {
    this.claiming = this.claiming.then(() => this.claimWhatFits());
    return this.claiming;
  }

  private async claimWhatFits(): Promise<void> {
    // A sandbox that cannot be built would fail every run it is given.
    await this.sandboxes.driver();
    while (!this.abandon.signal.aborted) {
      const run = await this.runs.claim(workerIdentity.id, workerIdentity.host, availableParallelism()).catch((error: unknown) => {
        this.logger.warn({ err: error }, 'No run could be claimed');
        return null;
      });
      if (run === null) return;
      const work = this.work(run).finally(() => this.active.delete(run.id));
      this.active.set(run.id, work);
    }
  }

  private async work(run: Run): Promise<void> {
    const holder: Holder = { runId: run.id, attempt: run.attempt, workerId: workerIdentity.id };
    try {
      const ready = await this.executor.execute(run, holder, this.abandon.signal);
      await this.announce(ready);
    } catch (error) {
      this.logger.error({ err: error, runId: run.id }, 'A run was left to the sweep');
    }
    if (!this.abandon.signal.aborted) void this.claimAll();
  }

  private async sweep(): Promise<void> {
    await this.recoverLost();
    for (const experimentId of await this.runs.findStuckExperiments()) {
      await this.transactions.run(async (tx) => {
        await this.runs.lockExperiment(experimentId, tx);
        await this.completion.release(experimentId, tx);
      });
    }
    if (await this.runs.hasQueued()) await this.claimAll();
  }

  private async recoverLost(): Promise<void> {
    const mine = [...this.active.keys()];
    const ownersDied = (await this.runs.findRunning()).filter(({ runId, workerId }) => !mine.includes(runId) && isKnownDead(workerId));
    const lost = new Map([...ownersDied, ...(await this.runs.findLost(mine))].map((holder) => [holder.runId, holder]));
    for (const holder of lost.values()) await this.recover(holder);
  }

  private async recover(holder: Holder): Promise<void> {
    this.logger.warn({ runId: holder.runId, workerId: holder.workerId }, 'The worker of a run is gone; the run goes back to the queue');
    if (holder.attempt < MAX_ATTEMPTS) {
      await this.transactions.run(async (tx) => {
        await this.runs.requeue(holder, 0, tx);
        await this.live.changed(tx, { resource: 'runs', id: holder.runId, type: 'updated' });
      });
      return;
    }
    const run = await this.runs.find(holder.runId);
    const message = `Its worker died during each of ${MAX_ATTEMPTS} attempts. Look into the workers' logs before you start it again.`;
    if (run !== null) await this.completion.fail(run, holder, { code: 'lost', message, retryable: true });
  }

  /** Folders of runs that are final, or that this database never knew. */
  private async removeWorkspaces(): Promise<void> {
    const root = path.join(this.config.home, 'runs');
    const ids = (await readdir(root).catch(() => [])).filter((name) => /^[0-9a-f-]{36}$/.test(name));
    const open = await this.runs.openAmong(ids);
    for (const id of ids.filter((candidate) => !open.has(candidate) && !this.active.has(candidate))) await rm(path.join(root, id), { recursive: true, force: true });
  }
}
