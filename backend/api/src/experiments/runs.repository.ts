import type { Failure } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import type { Recipe } from './experiment-spec.js';
import { Run } from './run.entity.js';
import { runStates, type RunState } from './run.states.js';

/** A worker renews its runs every few seconds; after this long without a renewal they go back to the queue. */
const LEASE = `interval '15 seconds'`;

export interface RunsFilter {
  readonly experimentId?: string | undefined;
  readonly state?: RunState | undefined;
  readonly recipe?: Recipe | undefined;
}

/** What a worker may change while it holds the lease of an attempt. */
export interface Holder {
  runId: string;
  attempt: number;
  workerId: string;
}

export interface RunEnd {
  state: 'succeeded' | 'failed' | 'cancelled';
  failure: Failure | null;
  result: Record<string, unknown> | null;
}

@Injectable()
export class RunsRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(id: string, tx: Tx = this.dataSource.manager): Promise<Run | null> {
    return tx.findOneBy(Run, { id });
  }

  ofExperiments(experimentIds: readonly string[]): Promise<Run[]> {
    return this.dataSource.manager
      .createQueryBuilder(Run, 'run')
      .where('run.experimentId = ANY(:experimentIds)', { experimentIds })
      .orderBy('run.position')
      .getMany();
  }

  async list(filter: RunsFilter, page: PageRequest<'createdAt' | 'name' | 'state' | 'position'>): Promise<Page<Run>> {
    const { experimentId, state, recipe } = filter;
    const where = {
      ...(experimentId === undefined ? {} : { experimentId }),
      ...(state === undefined ? {} : { state }),
      ...(recipe === undefined ? {} : { recipe }),
    };
    const [items, total] = await this.dataSource.manager.findAndCount(Run, {
      where,
      order: { [page.sort]: page.order, position: 'ASC', id: 'ASC' },
      ...window(page),
    });
    return { items, total };
  }

  /**
   * Takes the run that has waited longest, when its threads fit beside what already runs on this host. The lock makes workers of one
   * host decide one after the other: each sees what the one before took. First come, first served, so a big run is never starved.
   */
  async claim(workerId: string, host: string, cpus: number): Promise<Run | null> {
    return await this.dataSource.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`graft-run-slots:${host}`]);
      const [rows]: [{ id: string }[], number] = await tx.query(
        `UPDATE runs SET state = 'running', attempt = attempt + 1, worker_id = $1, host = $2, threads = least(coalesce((limits->>'threads')::int, $3), $3),
           lease_until = now() + ${LEASE}, started_at = coalesce(started_at, now())
         WHERE state = 'queued' AND id = (
           SELECT id FROM runs WHERE state = 'queued' ORDER BY queued_at, position, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         AND least(coalesce((limits->>'threads')::int, $3), $3)
           <= $3 - (SELECT coalesce(sum(busy.threads), 0) FROM runs busy WHERE busy.state = 'running' AND busy.host = $2)
         RETURNING id`,
        [workerId, host, cpus],
      );
      const [row] = rows;
      return row === undefined ? null : await tx.findOneByOrFail(Run, { id: row.id });
    });
  }

  /** @returns null when the lease is lost, else whether someone asked to cancel */
  async renew({ runId, attempt, workerId }: Holder): Promise<{ cancelRequested: boolean } | null> {
    const [rows]: [{ cancel_requested: boolean }[], number] = await this.dataSource.query(
      `UPDATE runs SET lease_until = now() + ${LEASE} WHERE id = $1 AND attempt = $2 AND worker_id = $3 AND state = 'running' RETURNING cancel_requested`,
      [runId, attempt, workerId],
    );
    const [row] = rows;
    return row === undefined ? null : { cancelRequested: row.cancel_requested };
  }

  async setProgress({ runId, attempt, workerId }: Holder, progress: number, phase: string, tx: Tx): Promise<void> {
    await tx.update(Run, { id: runId, attempt, workerId, state: 'running' }, { progress, phase });
  }

  async setIsolation({ runId, attempt, workerId }: Holder, isolationLevel: Run['isolationLevel']): Promise<void> {
    await this.dataSource.manager.update(Run, { id: runId, attempt, workerId, state: 'running' }, { isolationLevel });
  }

  /** Ends an attempt's run. @returns false when it is no longer this holder's: then nothing of it may be registered */
  async end({ runId, attempt, workerId }: Holder, end: RunEnd, tx: Tx): Promise<boolean> {
    runStates.assertMove('running', end.state);
    const { affected } = await tx.update(
      Run,
      { id: runId, attempt, workerId, state: 'running' },
      {
        state: end.state,
        failure: end.failure,
        result: end.result as never,
        leaseUntil: null,
        endedAt: new Date(),
        ...(end.state === 'succeeded' ? { progress: 1 } : {}),
      },
    );
    return affected === 1;
  }

  async addUsage(runId: string, usage: { cpuSeconds: number; peakMemoryBytes: number }): Promise<void> {
    await this.dataSource.query(
      'UPDATE runs SET cpu_seconds = cpu_seconds + $2, peak_memory_bytes = greatest(peak_memory_bytes, $3) WHERE id = $1',
      [runId, usage.cpuSeconds, Math.round(usage.peakMemoryBytes)],
    );
  }

  /** Back to the queue for another attempt. */
  async requeue({ runId, attempt, workerId }: Holder, crashes: 0 | 1, tx: Tx): Promise<boolean> {
    const [rows]: [unknown[], number] = await tx.query(
      `UPDATE runs SET state = 'queued', lease_until = NULL, worker_id = NULL, crashes = crashes + $4
       WHERE id = $1 AND attempt = $2 AND worker_id = $3 AND state = 'running' RETURNING 1`,
      [runId, attempt, workerId, crashes],
    );
    return rows.length === 1;
  }

  /** Running runs whose worker is gone. `mine` are those this process works on: they only missed renewals while the database was away. */
  async findLost(mine: readonly string[]): Promise<Holder[]> {
    return await this.dataSource.query(
      `SELECT id AS "runId", attempt, worker_id AS "workerId" FROM runs WHERE state = 'running' AND lease_until < now() AND NOT id = ANY($1)`,
      [mine],
    );
  }

  async findRunning(): Promise<Holder[]> {
    return await this.dataSource.query(
      `SELECT id AS "runId", attempt, worker_id AS "workerId" FROM runs WHERE state = 'running'`,
    );
  }

  /** Serialises what happens to the steps of one experiment: two that end at once must not both miss the other's success. */
  async lockExperiment(experimentId: string, tx: Tx): Promise<void> {
    await tx.query('SELECT id FROM experiments WHERE id = $1 FOR UPDATE', [experimentId]);
  }

  /** Queues waiting runs whose steps before have all succeeded. */
  async queueReady(experimentId: string, tx: Tx): Promise<string[]> {
    const [rows]: [{ id: string }[], number] = await tx.query(
      `UPDATE runs SET state = 'queued', queued_at = now() WHERE experiment_id = $1 AND state = 'waiting'
         AND NOT EXISTS (SELECT 1 FROM runs before WHERE before.id = ANY(runs.depends_on) AND before.state <> 'succeeded')
       RETURNING id`,
      [experimentId],
    );
    return rows.map(({ id }) => id);
  }

  /** Cancels waiting runs that can never start, and those that wait for them. */
  async skipBlocked(experimentId: string, tx: Tx): Promise<string[]> {
    const skipped: string[] = [];
    for (;;) {
      const [rows]: [{ id: string }[], number] = await tx.query(
        `UPDATE runs SET state = 'cancelled', ended_at = now(),
           failure = jsonb_build_object('code', 'cancelled', 'retryable', false, 'message', 'Skipped because step ' || before.name || ' ' ||
             CASE before.state WHEN 'failed' THEN 'failed.' ELSE 'was cancelled.' END)
         FROM runs before
         WHERE runs.experiment_id = $1 AND runs.state = 'waiting' AND before.id = ANY(runs.depends_on) AND before.state IN ('failed', 'cancelled')
         RETURNING runs.id`,
        [experimentId],
      );
      if (rows.length === 0) return skipped;
      skipped.push(...rows.map(({ id }) => id));
    }
  }

  /** Experiments with a waiting run that nothing holds back any more. */
  async findStuckExperiments(): Promise<string[]> {
    const rows: { experiment_id: string }[] = await this.dataSource.query(
      `SELECT DISTINCT experiment_id FROM runs WHERE state = 'waiting' AND (
         NOT EXISTS (SELECT 1 FROM runs before WHERE before.id = ANY(runs.depends_on) AND before.state <> 'succeeded')
         OR EXISTS (SELECT 1 FROM runs before WHERE before.id = ANY(runs.depends_on) AND before.state IN ('failed', 'cancelled')))`,
    );
    return rows.map((row) => row.experiment_id);
  }

  /** Cancels what has not started and asks for what runs. @returns the ids that changed */
  async requestCancel(ids: readonly string[], tx: Tx): Promise<string[]> {
    const failure = { code: 'cancelled', message: 'It was cancelled before it started.', retryable: false };
    const [ended]: [{ id: string }[], number] = await tx.query(
      `UPDATE runs SET state = 'cancelled', ended_at = now(), failure = $2, cancel_requested = true WHERE id = ANY($1) AND state IN ('waiting', 'queued') RETURNING id`,
      [ids, JSON.stringify(failure)],
    );
    const [asked]: [{ id: string }[], number] = await tx.query(
      `UPDATE runs SET cancel_requested = true WHERE id = ANY($1) AND state = 'running' AND NOT cancel_requested RETURNING id`,
      [ids],
    );
    return [...ended, ...asked].map(({ id }) => id);
  }

  /** Which of these runs can still write into their workspace. */
  async openAmong(ids: readonly string[]): Promise<Set<string>> {
    const rows: { id: string }[] = await this.dataSource.query(
      `SELECT id FROM runs WHERE id = ANY($1) AND state IN ('waiting', 'queued', 'running')`,
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }
}
