import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { Config } from '../platform/config/env.js';
import { Transactions } from '../platform/database/index.js';
import { isKnownDead } from '../sandboxes/index.js';
import { RunCompletion } from './run-completion.js';
import { RunsRepository, type Holder } from './runs.repository.js';

/** After so many attempts a run whose worker always dies is given up: it may be what kills them. */
const MAX_ATTEMPTS = 10;

/** Brings back what dead workers held and what a killed process left half done. Any worker may do it at any time. */
@Injectable()
export class RunRecovery {
  private readonly logger = new Logger(RunRecovery.name);

  constructor(
    private readonly runs: RunsRepository,
    private readonly completion: RunCompletion,
    private readonly transactions: Transactions,
    private readonly config: Config,
  ) {}

  /** @param mine runs this process works on: they may have missed renewals only because the database was away */
  async recoverLost(mine: readonly string[]): Promise<void> {
    const ownersDied = (await this.runs.findRunning()).filter(
      ({ runId, workerId }) => !mine.includes(runId) && isKnownDead(workerId),
    );
    const lost = new Map([...ownersDied, ...(await this.runs.findLost(mine))].map((holder) => [holder.runId, holder]));
    for (const holder of lost.values()) await this.recover(holder);
  }

  /** Waiting runs that nothing holds back any more. */
  async releaseStuck(): Promise<void> {
    for (const experimentId of await this.runs.findStuckExperiments()) {
      await this.transactions.run(async (tx) => {
        await this.runs.lockExperiment(experimentId, tx);
        await this.completion.release(experimentId, tx);
      });
    }
  }

  /** Folders of runs that are final, or that this database never knew. */
  async removeWorkspaces(mine: readonly string[]): Promise<void> {
    const root = path.join(this.config.home, 'runs');
    const ids = (await readdir(root).catch(() => [])).filter(
      (name) => /^[0-9a-f-]{36}$/.test(name) && !mine.includes(name),
    );
    const open = await this.runs.openAmong(ids);
    for (const id of ids.filter((candidate) => !open.has(candidate)))
      await rm(path.join(root, id), { recursive: true, force: true });
  }

  private async recover(holder: Holder): Promise<void> {
    const run = await this.runs.find(holder.runId);
    if (run === null) return;
    this.logger.warn(
      { runId: run.id, workerId: holder.workerId },
      'The worker of a run is gone; the run goes back to the queue',
    );
    if (holder.attempt < MAX_ATTEMPTS) {
      await this.completion.retry(run, holder, null);
      return;
    }
    const message = `Its worker died during each of ${MAX_ATTEMPTS} attempts. Look into the workers' logs before you start it again.`;
    await this.completion.fail(run, holder, { code: 'lost', message, retryable: true });
  }
}
