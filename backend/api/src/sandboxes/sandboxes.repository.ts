import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { newId, window, type Page, type PageRequest } from '../kernel/index.js';
import { IsolationReportRecord } from './isolation-report.entity.js';
import type { IsolationReport, SandboxEnd } from './sandbox-driver.js';
import { SandboxRecord, type SandboxPurpose } from './sandbox.entity.js';

/** As many sandboxes may live on one host at once. */
const SLOTS = 4000;
const UNIQUE_VIOLATION = '23505';

export interface SandboxesFilter {
  readonly purpose?: SandboxPurpose | undefined;
  readonly subjectId?: string | undefined;
  readonly alive?: boolean | undefined;
}

export type NewSandbox = Omit<
  SandboxRecord,
  'slot' | 'pid' | 'createdAt' | 'endedAt' | 'endReason' | 'exitCode' | 'cpuSeconds' | 'peakMemoryBytes'
>;

@Injectable()
export class SandboxesRepository {
  constructor(private readonly dataSource: DataSource) {}

  async list(filter: SandboxesFilter, page: PageRequest<'createdAt' | 'cpuSeconds'>): Promise<Page<SandboxRecord>> {
    const { skip, take } = window(page);
    const query = this.dataSource.manager
      .createQueryBuilder(SandboxRecord, 'sandbox')
      .orderBy(`sandbox.${page.sort}`, page.order === 'asc' ? 'ASC' : 'DESC')
      .addOrderBy('sandbox.id')
      .skip(skip)
      .take(take);
    if (filter.purpose !== undefined) query.andWhere('sandbox.purpose = :purpose', { purpose: filter.purpose });
    if (filter.subjectId !== undefined)
      query.andWhere('sandbox.subjectId = :subjectId', { subjectId: filter.subjectId });
    if (filter.alive !== undefined) query.andWhere(`sandbox.endedAt IS ${filter.alive ? 'NULL' : 'NOT NULL'}`);
    const [items, total] = await query.getManyAndCount();
    return { items, total };
  }

  /** Writes the row and settles on a slot that no living sandbox of the host has. */
  async insert(sandbox: NewSandbox): Promise<{ slot: number }> {
    for (;;) {
      try {
        return await this.tryInsert(sandbox);
      } catch (error) {
        // Another worker of this host took the same slot in the same moment.
        if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
      }
    }
  }

  async setPid(id: string, pid: number): Promise<void> {
    await this.dataSource.manager.update(SandboxRecord, { id }, { pid });
  }

  async end(id: string, end: Pick<SandboxEnd, 'reason' | 'exitCode' | 'usage'>): Promise<void> {
    await this.dataSource.manager.update(
      SandboxRecord,
      { id, endedAt: IsNull() },
      {
        endedAt: new Date(),
        endReason: end.reason,
        exitCode: end.exitCode,
        cpuSeconds: end.usage.cpuSeconds,
        peakMemoryBytes: end.usage.peakMemoryBytes,
      },
    );
  }

  alive(host: string): Promise<SandboxRecord[]> {
    return this.dataSource.manager.findBy(SandboxRecord, { host, endedAt: IsNull() });
  }

  aliveOf(subjectId: string): Promise<SandboxRecord[]> {
    return this.dataSource.manager.findBy(SandboxRecord, { subjectId, endedAt: IsNull() });
  }

  async insertReport(host: string, report: IsolationReport): Promise<IsolationReportRecord> {
    const record: IsolationReportRecord = {
      id: newId(),
      host,
      driver: report.driver,
      level: report.level,
      report,
      createdAt: new Date(),
    };
    await this.dataSource.manager.insert(IsolationReportRecord, record as never);
    return record;
  }

  /** The newest report of each host. */
  async latestReports(): Promise<IsolationReportRecord[]> {
    return await this.dataSource.manager
      .createQueryBuilder(IsolationReportRecord, 'report')
      .distinctOn(['report.host'])
      .orderBy('report.host')
      .addOrderBy('report.createdAt', 'DESC')
      .getMany();
  }

  private async tryInsert(sandbox: NewSandbox): Promise<{ slot: number }> {
    const [row]: { slot: number }[] = await this.dataSource.query(
      `INSERT INTO sandboxes (id, purpose, subject_id, attempt, recipe, driver, host, worker_id, isolation_level, limits, created_at, slot)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now(), min(free.slot)
       FROM generate_series(1, ${SLOTS}) AS free(slot)
       WHERE NOT EXISTS (SELECT 1 FROM sandboxes WHERE host = $7 AND ended_at IS NULL AND slot = free.slot)
       RETURNING slot`,
      [
        sandbox.id,
        sandbox.purpose,
        sandbox.subjectId,
        sandbox.attempt,
        sandbox.recipe,
        sandbox.driver,
        sandbox.host,
        sandbox.workerId,
        sandbox.isolationLevel,
        JSON.stringify(sandbox.limits),
      ],
    );
    if (row === undefined) throw new Error('a sandbox row was inserted and did not come back');
    return row;
  }
}
