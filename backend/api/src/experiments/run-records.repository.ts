import { Injectable } from '@nestjs/common';
import { DataSource, MoreThan } from 'typeorm';
import type { Tx } from '../platform/database/index.js';
import { RunArtifact, RunLog, RunMetric } from './run-records.entity.js';

/** What runs leave besides their state: metrics, logs, artifacts. Every insert may be repeated. */
@Injectable()
export class RunRecordsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async insertMetrics(metrics: readonly RunMetric[], tx: Tx): Promise<void> {
    if (metrics.length === 0) return;
    // An attempt that resumed repeats the steps after its checkpoint: the later value counts, and one statement may name a row once.
    const distinct = [...new Map(metrics.map((metric) => [`${metric.name} ${metric.step}`, metric])).values()];
    await tx.upsert(RunMetric, distinct, ['runId', 'name', 'step']);
  }

  async insertLogs(logs: readonly Omit<RunLog, 'id'>[], tx: Tx): Promise<void> {
    if (logs.length === 0) return;
    await tx
      .createQueryBuilder()
      .insert()
      .into(RunLog)
      .values([...logs])
      .orIgnore()
      .execute();
  }

  async insertArtifacts(artifacts: readonly RunArtifact[], tx: Tx): Promise<void> {
    if (artifacts.length === 0) return;
    await tx
      .createQueryBuilder()
      .insert()
      .into(RunArtifact)
      .values([...artifacts])
      .orIgnore()
      .execute();
  }

  metricsOf(runId: string): Promise<RunMetric[]> {
    return this.dataSource.manager.find(RunMetric, { where: { runId }, order: { step: 'ASC', name: 'ASC' } });
  }

  /** The last value of each metric. */
  async lastMetrics(runId: string): Promise<Record<string, number>> {
    const rows: { name: string; value: number }[] = await this.dataSource.query(
      'SELECT DISTINCT ON (name) name, value FROM run_metrics WHERE run_id = $1 ORDER BY name, step DESC',
      [runId],
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  logsOf(runId: string, afterId: string, limit: number): Promise<RunLog[]> {
    return this.dataSource.manager.find(RunLog, {
      where: { runId, id: MoreThan(afterId) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  artifactsOf(runId: string): Promise<RunArtifact[]> {
    return this.dataSource.manager.find(RunArtifact, { where: { runId }, order: { name: 'ASC' } });
  }
}
