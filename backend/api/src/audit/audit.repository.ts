import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { window, type Page, type PageRequest } from '../kernel/index.js';
import { AuditEntry, type AuditOutcome } from './audit-entry.entity.js';

export interface AuditFilter {
  readonly actorId?: string | undefined;
  readonly action?: string | undefined;
  readonly resource?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

@Injectable()
export class AuditRepository {
  constructor(private readonly dataSource: DataSource) {}

  async insert(entry: AuditEntry): Promise<void> {
    await this.dataSource.manager.insert(AuditEntry, entry);
  }

  async list(filter: AuditFilter, page: PageRequest<'at'>): Promise<Page<AuditEntry>> {
    const { skip, take } = window(page);
    const order = page.order === 'asc' ? 'ASC' : 'DESC';
    const query = this.dataSource.manager
      .createQueryBuilder(AuditEntry, 'entry')
      .orderBy('entry.at', order)
      .addOrderBy('entry.id', order)
      .skip(skip)
      .take(take);
    const { from, until, ...exact } = filter;
    for (const [column, value] of Object.entries(exact))
      if (value !== undefined) query.andWhere(`entry.${column} = :${column}`, { [column]: value });
    if (from !== undefined) query.andWhere('entry.at >= :from', { from });
    if (until !== undefined) query.andWhere('entry.at < :until', { until });
    const [items, total] = await query.getManyAndCount();
    return { items, total };
  }
}
