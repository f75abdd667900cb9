import type { Event } from '@graft/protocol';
import { Injectable, Logger } from '@nestjs/common';
import { Transactions } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import type { RunLog, RunMetric } from './run-records.entity.js';
import { RunRecordsRepository } from './run-records.repository.js';
import { RunsRepository, type Holder } from './runs.repository.js';

const FLUSH_MS = 500;
/** While the database is away, what comes is kept up to here; then the oldest goes. One statement takes 65,535 values, a log line has six. */
const MAX_KEPT = 10_000;

@Injectable()
export class RunJournals {
  constructor(
    readonly transactions: Transactions,
    readonly runs: RunsRepository,
    readonly records: RunRecordsRepository,
    readonly live: Live,
  ) {}

  open(holder: Holder): RunJournal {
    return new RunJournal(holder, this);
  }
}

/** Writes what a runner says about itself into the database, in batches: a training step must never wait for a row. */
export class RunJournal {
  private readonly logger = new Logger(RunJournal.name);
  private metrics: RunMetric[] = [];
  private logs: Omit<RunLog, 'id'>[] = [];
  private progress: { fraction: number; phase: string } | null = null;
  private timer: NodeJS.Timeout | null = null;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly holder: Holder,
    private readonly doors: RunJournals,
  ) {}

  hear(event: Event): void {
    const { runId, attempt } = this.holder;
    const at = new Date(event.at);
    if (event.type === 'metric')
      this.metrics.push({ runId, name: event.name, step: event.step, value: event.value, at });
    else if (event.type === 'log')
      this.logs.push({ runId, attempt, seq: event.seq, level: event.level, message: event.message, at });
    else if (event.type === 'progress')
      this.progress = {
        fraction: event.fraction,
        phase: event.message === undefined ? event.phase : `${event.phase}: ${event.message}`,
      };
    else return;
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** Writes what is there; what could not be written is kept for the next time. */
  flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.flushing = this.flushing.then(() => this.write());
    return this.flushing;
  }

  private async write(): Promise<void> {
    const { metrics, logs, progress } = this;
    if (metrics.length === 0 && logs.length === 0 && progress === null) return;
    this.metrics = [];
    this.logs = [];
    this.progress = null;
    const { transactions, runs, records, live } = this.doors;
    try {
      await transactions.run(async (tx) => {
        await records.insertMetrics(metrics, tx);
        await records.insertLogs(logs, tx);
        if (progress !== null) await runs.setProgress(this.holder, progress.fraction, progress.phase, tx);
        await live.changed(tx, { resource: 'runs', id: this.holder.runId, type: 'updated' });
      });
    } catch (error) {
      this.logger.warn({ err: error, runId: this.holder.runId }, 'Metrics and logs of a run wait to be written');
      this.metrics = [...metrics, ...this.metrics].slice(-MAX_KEPT);
      this.logs = [...logs, ...this.logs].slice(-MAX_KEPT);
      this.progress ??= progress;
    }
  }
}
