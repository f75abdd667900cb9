import path from 'node:path';
import type { Event } from '@graft/protocol';
import { Logger } from '@nestjs/common';
import { untilDatabaseAnswers, type Transactions, type Tx } from '../platform/database/index.js';
import { SOCKET, type SandboxJob } from './sandbox-job.js';
import type { RunningJob, SandboxRunner } from './sandbox-runner.js';
import type { Server, ServersRepository, ServerTable } from './servers.repository.js';
import { isKnownDead, workerIdentity } from './worker-identity.js';

const LONGEST_BACK_OFF_MS = 60_000;

/** For what still asks the old server: whoever routes reads the new address within two seconds. */
const HAND_OVER_MS = 5_000;
const COMPARE_INPUTS_MS = 5_000;

/** What is served, and what it takes to serve one of it. */
export interface ServerKind {
  /** `<kind>-servers`: names the sweep. */
  readonly name: `${string}-servers`;
  readonly table: ServerTable;
  /** Serve the same thing from other inputs as soon as `jobOf` names others: a second server takes over from the first. */
  readonly followsInputs?: boolean;
  jobOf(id: string): Promise<SandboxJob>;
  /** Tells who looks, in the transaction in which the state of a server changed. */
  announce(id: string, tx: Tx): Promise<void>;
  /** The server answers from now on. Called after that was written down; a process that dies in between never calls it. */
  onReady?(id: string): Promise<void>;
  /** The server reported a figure. */
  onMetric?(id: string, metric: ServerMetric): Promise<void>;
}

export type ServerMetric = Pick<Extract<Event, { type: 'metric' }>, 'name' | 'value'>;

interface Launched {
  readonly job: RunningJob;
  /** Which trees it serves from. */
  readonly inputs: string;
  isReady: boolean;
  /** When to look next whether it serves from other inputs by now. */
  compareAtMs: number;
}

/**
 * One sandbox for each thing of a kind that has to be served. Whoever needs it says so (`want`) in its own transaction; every worker makes
 * it so, and another takes over when one dies.
 */
export class ServerPool {
  private readonly logger: Logger;
  private readonly serving = new Map<string, Launched>();
  /** Also those that are about to take over, and those that were taken over from. */
  private readonly jobs = new Set<RunningJob>();
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
    for (const job of this.jobs) job.kill();
    await Promise.allSettled(this.tasks);
  }

  async reconcile(): Promise<void> {
    await this.servers.releaseWorkers(isKnownDead);
    for (const [id, server] of this.serving) {
      if (!(await this.servers.renew(id, workerIdentity.id))) server.job.kill();
      else if (this.kind.followsInputs === true) this.compareInputs(id, server);
    }
    for (let server = await this.next(); server !== null; server = await this.next()) this.track(this.serve(server));
  }

  private track(work: Promise<void>): void {
    const task = work.finally(() => this.tasks.delete(task));
    this.tasks.add(task);
  }

  private async next(): Promise<Server | null> {
    return this.stopping ? null : await this.servers.claim(workerIdentity.id);
  }

  private async serve({ id, failures }: Server): Promise<void> {
    let server: Launched;
    try {
      server = await this.launch(id, await this.kind.jobOf(id), () => this.ready(id, server));
    } catch (error) {
      await untilDatabaseAnswers(() => this.ended(id, failures + 1, String(error)));
      return;
    }
    this.serving.set(id, server);
    await this.follow(id, server, failures);
  }

  private async launch(id: string, job: SandboxJob, onReady: () => Promise<void>): Promise<Launched> {
    const running = await this.runner.start(job, (event) => {
      if (event.type === 'metric') this.heed(id, this.kind.onMetric?.(id, event));
      if (event.type !== 'ready') return;
      server.isReady = true;
      this.heed(id, onReady());
    });
    const server = { job: running, inputs: inputsOf(job), isReady: false, compareAtMs: Date.now() + COMPARE_INPUTS_MS };
    this.jobs.add(running);
    if (this.stopping) running.kill();
    return server;
  }

  private heed(id: string, work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => this.logger.error({ err: error, id }, 'What a server said was lost'));
  }

  /** Until it ends; a server that another took over from ends unnoticed. */
  private async follow(id: string, server: Launched, failures: number): Promise<void> {
    const outcome = await server.job.outcome;
    this.jobs.delete(server.job);
    if (this.serving.get(id) !== server) return;
    this.serving.delete(id);
    const message = outcome.state === 'failed' ? outcome.failure.message : 'It ended by itself.';
    await untilDatabaseAnswers(() => this.ended(id, server.isReady ? 0 : failures + 1, message));
  }

  private compareInputs(id: string, server: Launched): void {
    if (!server.isReady || Date.now() < server.compareAtMs) return;
    server.compareAtMs = Date.now() + COMPARE_INPUTS_MS;
    this.track(
      this.replaceOutdated(id, server).catch((error: unknown) =>
        this.logger.warn(
          { err: error, id },
          'A server goes on with the inputs it has; those it should have did not start',
        ),
      ),
    );
  }

  /** Starts a second server where there are other inputs by now; the first answers until the second does, and a little longer. */
  private async replaceOutdated(id: string, old: Launched): Promise<void> {
    const job = await this.kind.jobOf(id);
    if (inputsOf(job) === old.inputs) return;
    old.compareAtMs = Date.now() + LONGEST_BACK_OFF_MS;
    const next: Launched = await this.launch(id, job, async () => {
      // The first may have died or been stopped meanwhile: what comes after it is started anew.
      if (this.serving.get(id) !== old) return next.job.kill();
      this.serving.set(id, next);
      await this.ready(id, next);
      setTimeout(() => old.job.cancel('another server took over'), HAND_OVER_MS).unref();
    });
    await this.follow(id, next, 0);
    if (!next.isReady) this.logger.warn(`Serving ${id} from newer inputs failed; the server that is there goes on`);
  }

  private async ready(id: string, { job }: Launched): Promise<void> {
    if (job.serveFolder === null) return;
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

function inputsOf({ inputs }: SandboxJob): string {
  return JSON.stringify(inputs);
}
