import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { IsolationLevel, IsolationReport } from './sandbox-driver.js';

/** What a worker's driver was seen to enforce, measured at its start or on demand. */
@Entity('isolation_reports')
@Index('isolation_reports_host_idx', ['host', 'createdAt'])
export class IsolationReportRecord {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'isolation_reports_pkey' })
  id!: string;

  @Column('text')
  host!: string;

  @Column('text')
  driver!: string;

  @Column('text')
  level!: IsolationLevel;

  @Column('jsonb')
  report!: IsolationReport;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
