import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import {
  ImportCompletionService,
  ImportResult,
  ImportRunnerSlot,
  ImportsService,
  type ImportOptions,
  type ImportOutcome,
  type ImportRunner,
} from '../datasets/index.js';
import { untilDatabaseAnswers } from '../platform/database/index.js';
import type { SandboxLimits } from './sandbox-driver.js';
import type { SandboxOutcome } from './sandbox-job.js';
import { SandboxRunner, type RunningJob } from './sandbox-runner.js';
import { SandboxesRepository } from './sandboxes.repository.js';
import { isKnownDead } from './worker-identity.js';

const PROGRESS_MS = 1_000;
const IMPORT_LIMITS: SandboxLimits = {
  memoryBytes: 2 * 1024 ** 3,
  cpus: 2,
  cpuSeconds: 4 * 3600,
  pids: 128,
  wallMs: 2 * 3_600_000,
  logBytes: 16 << 20,
  workspaceBytes: 64 * 1024 ** 3,
  tmpBytes: 256 << 20,
};
/** After so many attempts that did not even reach an end, trying again has not helped. */
const MAX_ATTEMPTS = 5;
const MAX_REASON = 1_000;
const PROMISE_BROKEN = 'The import recipe ended without the trees `dataset` and `problems`, or without its counts.';

/** Uploads are hostile: their rows and pictures are read in a sandbox. A lost attempt is asked for again by the sweep of `datasets`. */
@Injectable()
export class SandboxImports implements ImportRunner, OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(SandboxImports.name);
  private readonly running = new Map<string, RunningJob>();
  private readonly tasks = new Map<string, Promise<void>>();
  /** Attempts of this worker that ended in an error, by import. */
  private readonly brokenAttempts = new Map<string, number>();
  private isStopping = false;

  constructor(
    private readonly runner: SandboxRunner,
    private readonly sandboxes: SandboxesRepository,
    private readonly imports: ImportsService,
    private readonly completion: ImportCompletionService,
    private readonly slot: ImportRunnerSlot,
  ) {}

  onModuleInit(): void {
    this.slot.attach(this);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    for (const job of this.running.values()) job.kill();
    await Promise.allSettled(this.tasks.values());
  }

  async start(importId: string, uploadFolder: string, options: ImportOptions): Promise<void> {
    if (this.isStopping || this.tasks.has(importId)) return;
    // Taken before anything is waited for: the event and the sweep may ask at the same moment.
    const task = this.run(importId, uploadFolder, options)
      .then(() => void this.brokenAttempts.delete(importId))
      .catch((error: unknown) => this.leaveToSweepOrFail(importId, error))
      .catch((error: unknown) => this.logger.error({ err: error, importId }, 'The failure of an import was not stored'))
      .finally(() => this.tasks.delete(importId));
    this.tasks.set(importId, task);
  }

  private async leaveToSweepOrFail(importId: string, error: unknown): Promise<void> {
    const attempts = (this.brokenAttempts.get(importId) ?? 0) + 1;
    this.brokenAttempts.set(importId, attempts);
    this.logger.error({ err: error, importId, attempts }, 'An attempt at an import broke off');
    if (attempts < MAX_ATTEMPTS) return;
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON);
    const message = `The import broke off ${attempts} times, the last time with: ${reason}. Mend that, then import again.`;
    await untilDatabaseAnswers(() =>
      this.completion.complete(importId, { failure: { code: 'internal', message, retryable: true } }),
    );
    this.brokenAttempts.delete(importId);
  }

  private async runsElsewhere(importId: string): Promise<boolean> {
    return (await this.sandboxes.aliveOf(importId)).some(({ workerId }) => !isKnownDead(workerId));
  }

  private async run(importId: string, uploadFolder: string, options: ImportOptions): Promise<void> {
    if (await this.runsElsewhere(importId)) return;
    await this.imports.reportProgress(importId, 0, 'starting');
    let reportedAtMs = 0;
    const job = await this.runner.start(
      {
        purpose: 'import',
        subjectId: importId,
        attempt: 1,
        work: { kind: 'import', input: { ...options, upload: 'upload' } },
        seed: 1,
        threads: 2,
        inputs: [{ mount: 'upload', folder: uploadFolder }],
        workspace: null,
        limits: IMPORT_LIMITS,
      },
      (event) => {
        if (event.type !== 'progress' || Date.now() - reportedAtMs < PROGRESS_MS) return;
        reportedAtMs = Date.now();
        this.imports
          .reportProgress(importId, event.fraction, event.phase)
          .catch((error: unknown) => this.logger.warn({ err: error }, 'The progress of an import was not stored'));
      },
    );
    this.running.set(importId, job);
    const outcome = await job.outcome.finally(() => this.running.delete(importId));
    // Ended by this worker's own shutdown: the next one starts again.
    if (this.isStopping) return;
    await untilDatabaseAnswers(() => this.completion.complete(importId, importOutcome(outcome)));
  }
}

function importOutcome(outcome: SandboxOutcome): ImportOutcome {
  const tree = (kind: 'dataset' | 'problems'): string | undefined =>
    outcome.artifacts.find((artifact) => artifact.kind === kind)?.hash;
  const [datasetTree, problemsTree] = [tree('dataset'), tree('problems')];
  if (outcome.state === 'failed')
    return { failure: outcome.failure, ...(problemsTree === undefined ? {} : { problemsTree }) };
  const result = ImportResult.safeParse(outcome.result);
  if (datasetTree === undefined || problemsTree === undefined || !result.success) {
    return { failure: { code: 'artifact-refused', message: PROMISE_BROKEN, retryable: false } };
  }
  return { datasetTree, problemsTree, result: result.data };
}
