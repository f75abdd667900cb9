import path from 'node:path';
import { Logger } from '@nestjs/common';
import { untilDatabaseAnswers, type Transactions, type Tx } from '../platform/database/index.js';
import { SOCKET, type SandboxJob } from './sandbox-job.js';
import type { RunningJob, SandboxRunner } from './sandbox-runner.js';
import type { Server, ServersRepository, ServerTable } from './servers.repository.js';
import { isKnownDead, workerIdentity } from './worker-identity.js';

const LONGEST_BACK_OFF_MS = 60_000;

/** What is served, and what it takes to serve one of it. */
export interface ServerKind {
  /** `<kind>-servers`: names the sweep. */
  readonly name: `${string}-servers`;
  readonly table: ServerTable;
  jobOf(id: string): Promise<SandboxJob>;
  /** Tells who looks, in the transaction in which the state of a server changed. */
  announce(id: string, tx: Tx): Promise<void>;
  /** The server answers from now on. Called after that was written down; a process that dies in between never calls it. */
  onReady?(id: string): Promise<void>;
}

/**
 * One sandbox for each thing of a kind that has to be served. Whoever needs it says so (`want`) in its own transaction; every worker makes
 * it so, and another takes over when one dies.
 */
export class ServerPool {
  private readonly logger: Logger;
  private readonly running = new Map<string, RunningJob>();
  private readonly tasks = new Set<Promise<void>>();
  private stopping = false;

  constructor(
    private readonly kind: ServerKind,
    private readonly servers: ServersRepository,
    private readonly runner: SandboxRunner,
    private readonly transactions: Transactions,
  ) {
    this.logger = new Logger(kind.name);
  }

  /** Says whether something has to be served. */
  async want(id: string, wanted: boolean, tx: Tx): Promise<void> {
    await this.servers.want(id, wanted, tx);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    for (const job of this.running.values()) job.kill();
    await Promise.allSettled(this.tasks);
  }

  async reconcile(): Promise<void> {
    await this.servers.releaseWorkers(isKnownDead);
    for (const [id, job] of this.running) {
      if (!(await this.servers.renew(id, workerIdentity.id))) job.kill();
    }
    for (let server = await this.next(); server !== null; server = await this.next()) {
      const task = this.serve(server).finally(() => this.tasks.delete(task));
      this.tasks.add(task);
    }
  }

  private async next(): Promise<Server | null> {
    return this.stopping ? null : await this.servers.claim(workerIdentity.id);
  }

  private async serve({ id, failures }: Server): Promise<void> {
    let wasReady = false;
    let message: string;
    try {
      const job = await this.runner.start(await this.kind.jobOf(id), (event) => {
        if (event.type !== 'ready') return;
        wasReady = true;
        this.ready(id).catch((error: unknown) =>
          this.logger.error({ err: error, id }, 'A server is ready, and that was lost'),
        );
      });
      this.running.set(id, job);
      const outcome = await job.outcome;
      message = outcome.state === 'failed' ? outcome.failure.message : 'It ended by itself.';
    } catch (error) {
      message = String(error);
    }
    this.running.delete(id);
    await untilDatabaseAnswers(() => this.ended(id, wasReady ? 0 : failures + 1, message));
  }

  private async ready(id: string): Promise<void> {
    const job = this.running.get(id);
    if (job === undefined || job.serveFolder === null) return;
    const at = { sandboxId: job.sandboxId, socketPath: path.join(job.serveFolder, SOCKET) };
    await untilDatabaseAnswers(() =>
      this.transactions.run(async (tx) => {
        await this.servers.ready(id, workerIdentity.id, at, tx);
        await this.kind.announce(id, tx);
      }),
    );
    await this.kind.onReady?.(id);
  }

  /** Dead or no longer wanted. A wanted one is tried again, after a pause that doubles with every failure in a row. */
  private async ended(id: string, failures: number, message: string): Promise<void> {
    const server = await this.servers.find(id);
    const isWanted = server?.wanted === true && !this.stopping;
    const pauseMs = Math.min(LONGEST_BACK_OFF_MS, 500 * 2 ** failures);
    if (isWanted) this.logger.warn(`Serving ${id} ended; again in ${pauseMs} ms: ${message}`);
    const end = {
      state: isWanted && failures > 0 ? 'failed' : 'stopped',
      failures,
      retryAt: isWanted ? new Date(Date.now() + pauseMs) : null,
      message: isWanted ? message.slice(0, 2000) : null,
    } as const;
    await this.transactions.run(async (tx) => {
      await this.servers.end(id, workerIdentity.id, end, tx);
      await this.kind.announce(id, tx);
    });
  }
}
