import { rm } from 'node:fs/promises';
import path from 'node:path';
import { recipeTaskOf } from './recipe-task.js';
import type { Failure } from '@graft/protocol';
import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../kernel/index.js';
import { Config } from '../platform/config/env.js';
import { untilDatabaseAnswers } from '../platform/database/index.js';
import {
  SandboxHost,
  SandboxRunner,
  type RunningJob,
  type SandboxLimits,
  type SandboxOutcome,
} from '../sandboxes/index.js';
import type { RunLimits } from './experiment-spec.js';
import type { Run } from './run.entity.js';
import { RunCompletion } from './run-completion.js';
import { InputUnavailable, RunInputs, type ResolvedInput } from './run-inputs.js';
import { RunJournals, type RunJournal } from './run-journal.js';
import { RunsRepository, type Holder } from './runs.repository.js';

const HEARTBEAT_MS = 2_000;
const MAX_CRASHES = 3;
const MEBIBYTE = 1 << 20;
const CANCELLED: Failure = { code: 'cancelled', message: 'It was cancelled.', retryable: false };

/** Carries one claimed run through one attempt, to its end or back to the queue. */
@Injectable()
export class RunExecutor {
  private readonly logger = new Logger(RunExecutor.name);

  constructor(
    private readonly runs: RunsRepository,
    private readonly inputs: RunInputs,
    private readonly completion: RunCompletion,
    private readonly runner: SandboxRunner,
    private readonly host: SandboxHost,
    private readonly journals: RunJournals,
    private readonly config: Config,
  ) {}

  /**
   * @param abandon aborted when this worker shuts down: the run goes back to the queue
   * @returns ids of runs that became ready by its end
   */
  async execute(run: Run, holder: Holder, abandon: AbortSignal): Promise<string[]> {
    const journal = this.journals.open(holder);
    const ready = await this.attempt(run, holder, journal, abandon);
    await this.removeWorkspace(run.id);
    return ready;
  }

  workspaceOf(runId: string): string {
    return path.join(this.config.home, 'runs', runId);
  }

  /** Only once nothing will go on from it: until then it holds the checkpoints. */
  async removeWorkspace(runId: string): Promise<void> {
    if ((await untilDatabaseAnswers(() => this.runs.openAmong([runId]))).size > 0) return;
    await rm(this.workspaceOf(runId), { recursive: true, force: true });
  }

  private async attempt(run: Run, holder: Holder, journal: RunJournal, abandon: AbortSignal): Promise<string[]> {
    if (run.cancelRequested) return await untilDatabaseAnswers(() => this.completion.fail(run, holder, CANCELLED));
    let inputs: ResolvedInput[];
    let job: RunningJob;
    try {
      inputs = await this.inputs.resolve(run);
      job = await this.start(run, inputs, journal);
    } catch (error) {
      return await this.couldNotStart(run, holder, error);
    }
    await this.runs.setIsolation(holder, this.host.level).catch(() => undefined);
    const heart = new Heart(holder, this.runs, job, abandon);
    let outcome: SandboxOutcome;
    try {
      outcome = await job.outcome;
      await untilDatabaseAnswers(() => this.runs.addUsage(run.id, outcome.usage));
      await journal.flush();
      return await untilDatabaseAnswers(() =>
        this.conclude(run, holder, { inputs, outcome, wasCancelled: heart.wasCancelled, abandon }),
      );
    } finally {
      heart.stop();
    }
  }

  private async start(run: Run, inputs: readonly ResolvedInput[], journal: RunJournal): Promise<RunningJob> {
    const threads = run.threads ?? 1;
    return await this.runner.start(
      {
        purpose: 'run',
        subjectId: run.id,
        attempt: run.attempt,
        work: recipeTaskOf(run, new Set(inputs.map(({ mount }) => mount))),
        seed: run.seed,
        threads,
        inputs: inputs.map(({ mount, tree }) => ({ mount, tree })),
        workspace: this.workspaceOf(run.id),
        limits: sandboxLimits(run.limits, threads),
      },
      (event) => journal.hear(event),
    );
  }

  private async couldNotStart(run: Run, holder: Holder, error: unknown): Promise<string[]> {
    const isFinal = error instanceof InputUnavailable || error instanceof DomainError;
    this.logger.warn({ err: error, runId: run.id }, 'A run could not be started');
    const message = (error instanceof Error ? error.message : String(error)).slice(0, 2000);
    if (isFinal)
      return await untilDatabaseAnswers(() =>
        this.completion.fail(run, holder, { code: 'artifact-missing', message, retryable: false }),
      );
    return await untilDatabaseAnswers(() => this.crashed(run, holder, { code: 'internal', message, retryable: true }));
  }

  private async conclude(
    run: Run,
    holder: Holder,
    {
      inputs,
      outcome,
      wasCancelled,
      abandon,
    }: { inputs: readonly ResolvedInput[]; outcome: SandboxOutcome; wasCancelled: boolean; abandon: AbortSignal },
  ): Promise<string[]> {
    if (outcome.state === 'succeeded') return await this.completion.succeed(run, holder, inputs, outcome);
    if (wasCancelled) return await this.completion.fail(run, holder, CANCELLED);
    if (abandon.aborted) return await this.completion.retry(run, holder, null);
    return outcome.crashed
      ? await this.crashed(run, holder, outcome.failure)
      : await this.completion.fail(run, holder, outcome.failure);
  }

  /** A crash may have been bad luck: it is tried again, a few times. */
  private async crashed(run: Run, holder: Holder, failure: Failure): Promise<string[]> {
    if (run.crashes + 1 < MAX_CRASHES) return await this.completion.retry(run, holder, failure);
    return await this.completion.fail(run, holder, failure);
  }
}

/** Renews the lease while the sandbox lives, and hears there that someone wants to cancel or that the lease was lost. */
class Heart {
  wasCancelled = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly holder: Holder,
    private readonly runs: RunsRepository,
    private readonly job: RunningJob,
    private readonly abandon: AbortSignal,
  ) {
    this.timer = setInterval(() => void this.beat(), HEARTBEAT_MS);
    if (abandon.aborted) job.kill();
    abandon.addEventListener('abort', this.giveUp);
  }

  stop(): void {
    clearInterval(this.timer);
    this.abandon.removeEventListener('abort', this.giveUp);
  }

  private readonly giveUp = (): void => this.job.kill();

  private async beat(): Promise<void> {
    try {
      const lease = await this.runs.renew(this.holder);
      if (lease === null) this.job.kill();
      else if (lease.cancelRequested && !this.wasCancelled) {
        this.wasCancelled = true;
        this.job.cancel('Someone cancelled the run.');
      }
    } catch {
      // The database is away: the run goes on, and the next beat tries again.
    }
  }
}

export function sandboxLimits(limits: RunLimits, threads: number): SandboxLimits {
  return {
    memoryBytes: limits.memoryMb * MEBIBYTE,
    cpus: threads,
    cpuSeconds: limits.cpuMinutes * 60,
    pids: 64 + 16 * threads,
    wallMs: Math.min(limits.wallMinutes * 60_000, 2 ** 31 - 1),
    logBytes: 16 * MEBIBYTE,
    workspaceBytes: limits.diskMb * MEBIBYTE,
    tmpBytes: 256 * MEBIBYTE,
  };
}
