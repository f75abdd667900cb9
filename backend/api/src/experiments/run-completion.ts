import type { Failure } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ArtifactsService } from '../artifacts/index.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { Outbox } from '../platform/outbox/index.js';
import type { SandboxOutcome } from '../sandboxes/index.js';
import { RunEnded } from './experiments.events.js';
import type { Run } from './run.entity.js';
import type { ResolvedInput } from './run-inputs.js';
import { RunRecordsRepository } from './run-records.repository.js';
import { ArtifactWrong, RunRegistration, type Registration } from './run-registration.js';
import { RunsRepository, type Holder, type RunEnd } from './runs.repository.js';

/** A line of our own stands after every line of the runner. */
const LAST_SEQ = 2 ** 31 - 1;

/**
 * The end of a run is one transaction: its state, its artifacts, what they are registered as, and the steps that waited for it. Either
 * all of it is true or none; repeated after a crash it finds the run ended and changes nothing.
 */
@Injectable()
export class RunCompletion {
  constructor(
    private readonly transactions: Transactions,
    private readonly runs: RunsRepository,
    private readonly records: RunRecordsRepository,
    private readonly artifacts: ArtifactsService,
    private readonly registration: RunRegistration,
    private readonly outbox: Outbox,
    private readonly live: Live,
  ) {}

  /** @returns ids of runs that are queued now */
  async succeed(
    run: Run,
    holder: Holder,
    inputs: readonly ResolvedInput[],
    outcome: Extract<SandboxOutcome, { state: 'succeeded' }>,
  ): Promise<string[]> {
    let register: Registration;
    try {
      register = await this.registration.of(run, inputs, outcome.artifacts);
    } catch (error) {
      if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError) && !(error instanceof ArtifactWrong))
        throw error;
      const message = `What the run made is not what its recipe promises: ${error.message}`.slice(0, 2000);
      return await this.fail(run, holder, { code: 'artifact-refused', message, retryable: false });
    }
    const now = new Date();
    return await this.finish(run, holder, { state: 'succeeded', failure: null, result: outcome.result }, async (tx) => {
      await this.records.insertArtifacts(
        outcome.artifacts.map(({ name, kind, hash, fileCount, sizeBytes }) => ({
          runId: run.id,
          name,
          kind,
          treeHash: hash,
          fileCount,
          sizeBytes,
          createdAt: now,
        })),
        tx,
      );
      for (const { hash } of outcome.artifacts) await this.artifacts.reference(tx, hash, { type: 'runs', id: run.id });
      await register(tx);
    });
  }

  async fail(run: Run, holder: Holder, failure: Failure): Promise<string[]> {
    const state = failure.code === 'cancelled' ? 'cancelled' : 'failed';
    return await this.finish(run, holder, { state, failure, result: null }, () => Promise.resolve());
  }

  /** Back to the queue: the next attempt goes on from the last checkpoint. `crash` is why this one ended, null where it was not its fault. */
  async retry(run: Run, holder: Holder, crash: Failure | null): Promise<string[]> {
    return await this.transactions.run(async (tx) => {
      if (!(await this.runs.requeue(holder, crash === null ? 0 : 1, tx))) return [];
      if (crash !== null) {
        const message = `Attempt ${run.attempt} crashed and is tried again. ${crash.message}`;
        await this.records.insertLogs(
          [{ runId: run.id, attempt: run.attempt, seq: LAST_SEQ, level: 'error', message, at: new Date() }],
          tx,
        );
      }
      await this.live.changed(tx, { resource: 'runs', id: run.id, type: 'updated' });
      return [run.id];
    });
  }

  /** Lets go of what waited for a step: queues what is ready, cancels what can never start. */
  async release(experimentId: string, tx: Tx): Promise<string[]> {
    const queued = await this.runs.queueReady(experimentId, tx);
    const skipped = await this.runs.skipBlocked(experimentId, tx);
    for (const id of [...queued, ...skipped]) await this.live.changed(tx, { resource: 'runs', id, type: 'updated' });
    for (const runId of skipped) await this.outbox.publish(tx, RunEnded, { runId, state: 'cancelled' });
    await this.live.changed(tx, { resource: 'experiments', id: experimentId, type: 'updated' });
    return queued;
  }

  private async finish(run: Run, holder: Holder, end: RunEnd, register: Registration): Promise<string[]> {
    return await this.transactions.run(async (tx) => {
      await this.runs.lockExperiment(run.experimentId, tx);
      if (!(await this.runs.end(holder, end, tx))) return [];
      await register(tx);
      await this.outbox.publish(tx, RunEnded, { runId: run.id, state: end.state });
      await this.live.changed(tx, { resource: 'runs', id: run.id, type: 'updated' });
      return await this.release(run.experimentId, tx);
    });
  }
}
