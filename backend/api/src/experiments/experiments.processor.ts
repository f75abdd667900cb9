import { Injectable, type OnModuleInit } from '@nestjs/common';
import { JobHandlers, Schedules } from '../platform/queue/index.js';
import { ExecuteRun } from './experiments.jobs.js';
import { RunDispatcher } from './run-dispatcher.js';
import { RunRecovery } from './run-recovery.js';
import { SnapshotBackfills } from './snapshot-backfills.js';

const SWEEP_MS = 3_000;
const BACKFILL_MS = 5_000;
const REMOVE_WORKSPACES_MS = 600_000;

@Injectable()
export class ExperimentsProcessor implements OnModuleInit {
  constructor(
    private readonly handlers: JobHandlers,
    private readonly schedules: Schedules,
    private readonly dispatcher: RunDispatcher,
    private readonly recovery: RunRecovery,
    private readonly backfills: SnapshotBackfills,
  ) {}

  onModuleInit(): void {
    this.handlers.register(ExecuteRun, () => this.dispatcher.claimAll());
    this.schedules.every({ name: 'experiments.sweep', everyMs: SWEEP_MS }, () => this.sweep());
    this.schedules.every({ name: 'experiments.backfill', everyMs: BACKFILL_MS }, () => this.backfills.startDue());
    this.schedules.every({ name: 'experiments.remove-workspaces', everyMs: REMOVE_WORKSPACES_MS }, () =>
      this.recovery.removeWorkspaces(this.dispatcher.activeRunIds),
    );
  }

  /** Finds what the queue lost and what died. */
  private async sweep(): Promise<void> {
    await this.recovery.recoverLost(this.dispatcher.activeRunIds);
    await this.recovery.releaseStuck();
    await this.dispatcher.claimAll();
  }
}
