import path from 'node:path';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Transactions, untilDatabaseAnswers, type Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { Schedules } from '../platform/queue/index.js';
import type { ModelServer } from './model-server.entity.js';
import { ModelServersRepository } from './model-servers.repository.js';
import { SandboxRunner, type RunningJob } from './sandbox-runner.js';
import { ServeJobs } from './serve-jobs.js';
import { isKnownDead, workerIdentity } from './worker-identity.js';

const RECONCILE_MS = 1_000;
const LONGEST_BACK_OFF_MS = 60_000;

/**
 * One serve sandbox for each model version that receives traffic. Whoever routes traffic says which (`want`), in its own transaction;
 * every worker makes it so, and another takes over when one dies.
 */
@Injectable()
export class ModelServers implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(ModelServers.name);
  private readonly running = new Map<string, RunningJob>();
  private readonly tasks = new Set<Promise<void>>();
  private stopping = false;

  constructor(
    private readonly servers: ModelServersRepository,
    private readonly runner: SandboxRunner,
    private readonly jobs: ServeJobs,
    private readonly transactions: Transactions,
    private readonly live: Live,
    private readonly schedules: Schedules,
  ) {}

  /** Says whether a version has to be served. */
  async want(modelVersionId: string, wanted: boolean, tx: Tx): Promise<void> {
    await this.servers.want(modelVersionId, wanted, tx);
  }

  find(modelVersionId: string): Promise<ModelServer | null> {
    return this.servers.find(modelVersionId);
  }

  onModuleInit(): void {
    this.schedules.every({ name: 'model-servers.reconcile', everyMs: RECONCILE_MS }, () => this.reconcile());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    for (const job of this.running.values()) job.kill();
    await Promise.allSettled(this.tasks);
  }

  private async reconcile(): Promise<void> {
    await this.servers.releaseWorkers(isKnownDead);
    for (const [modelVersionId, job] of this.running) {
      if (!(await this.servers.renew(modelVersionId, workerIdentity.id))) job.kill();
    }
    for (let server = await this.next(); server !== null; server = await this.next()) {
      const task = this.serve(server).finally(() => this.tasks.delete(task));
      this.tasks.add(task);
    }
  }

  private async next(): Promise<ModelServer | null> {
    return this.stopping ? null : await this.servers.claim(workerIdentity.id);
  }

  private async serve({ modelVersionId, failures }: ModelServer): Promise<void> {
    let wasReady = false;
    let message: string;
    try {
      const job = await this.runner.start(await this.jobs.of(modelVersionId), (event) => {
        if (event.type !== 'ready') return;
        wasReady = true;
        void this.ready(modelVersionId);
      });
      this.running.set(modelVersionId, job);
      const outcome = await job.outcome;
      message = outcome.state === 'failed' ? outcome.failure.message : 'It ended by itself.';
    } catch (error) {
      message = String(error);
    }
    this.running.delete(modelVersionId);
    await untilDatabaseAnswers(() => this.ended(modelVersionId, wasReady ? 0 : failures + 1, message));
  }

  private async ready(modelVersionId: string): Promise<void> {
    const job = this.running.get(modelVersionId);
    if (job === undefined || job.serveFolder === null) return;
    const socketPath = path.join(job.serveFolder, 'model.sock');
    await untilDatabaseAnswers(() =>
      this.change(modelVersionId, { state: 'ready', sandboxId: job.sandboxId, socketPath, failures: 0, message: null }),
    );
  }

  /** Dead or no longer wanted. A wanted one is tried again, after a pause that doubles with every failure in a row. */
  private async ended(modelVersionId: string, failures: number, message: string): Promise<void> {
    const server = await this.servers.find(modelVersionId);
    const isWanted = server?.wanted === true && !this.stopping;
    const pauseMs = Math.min(LONGEST_BACK_OFF_MS, 500 * 2 ** failures);
    if (isWanted) this.logger.warn(`Serving ${modelVersionId} ended; again in ${pauseMs} ms: ${message}`);
    await this.change(modelVersionId, {
      state: isWanted && failures > 0 ? 'failed' : 'stopped',
      sandboxId: null,
      socketPath: null,
      leaseUntil: null,
      failures,
      retryAt: isWanted ? new Date(Date.now() + pauseMs) : null,
      message: isWanted ? message.slice(0, 2000) : null,
    });
  }

  private async change(
    modelVersionId: string,
    changes: Parameters<ModelServersRepository['update']>[2],
  ): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.servers.update(modelVersionId, workerIdentity.id, changes, tx);
      await this.live.changed(tx, { resource: 'model-servers', id: modelVersionId, type: 'updated' });
    });
  }
}
