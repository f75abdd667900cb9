import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { safeInteger } from '../platform/database/index.js';
import type { EndReason, IsolationLevel, SandboxLimits } from './sandbox-driver.js';

/** One sandbox, alive or ended. The row is written before anything is started, so that nothing can outlive the knowledge of it. */
@Entity('sandboxes')
@Check('sandboxes_purpose_check', `purpose IN ('run', 'import', 'serve')`)
@Index('sandboxes_live_slot_key', ['host', 'slot'], { unique: true, where: 'ended_at IS NULL' })
@Index('sandboxes_subject_idx', ['subjectId'])
@Index('sandboxes_created_at_idx', ['createdAt'])
export class SandboxRecord {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sandboxes_pkey' })
  id!: string;

  @Column('text')
  purpose!: SandboxPurpose;

  /** The run, import, model version or search index version it works for. */
  @Column('uuid', { name: 'subject_id' })
  subjectId!: string;

  @Column('integer')
  attempt!: number;

  @Column('text')
  recipe!: string;

  @Column('text')
  driver!: string;

  @Column('text')
  host!: string;

  @Column('integer')
  slot!: number;

  /** The worker process that owns it (see `WorkerIdentity`). */
  @Column('text', { name: 'worker_id' })
  workerId!: string;

  @Column('integer', { nullable: true })
  pid!: number | null;

  /** What the driver's probes said when it was started. */
  @Column('text', { name: 'isolation_level' })
  isolationLevel!: IsolationLevel;

  @Column('jsonb')
  limits!: SandboxLimits;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column('text', { name: 'end_reason', nullable: true })
  endReason!: EndReason | null;

  @Column('integer', { name: 'exit_code', nullable: true })
  exitCode!: number | null;

  @Column('double precision', { name: 'cpu_seconds', default: 0 })
  cpuSeconds!: number;

  @Column('bigint', { name: 'peak_memory_bytes', default: 0, transformer: safeInteger })
  peakMemoryBytes!: number;
}

export type SandboxPurpose = 'run' | 'import' | 'serve';
