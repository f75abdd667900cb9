import type { ArtifactKind } from '@graft/protocol';
import { Column, Entity, ForeignKey, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { safeInteger } from '../platform/database/index.js';
import { Run } from './run.entity.js';

@Entity('run_metrics')
export class RunMetric {
  @ForeignKey(() => Run, { name: 'run_metrics_run_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'run_id', primaryKeyConstraintName: 'run_metrics_pkey' })
  runId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'run_metrics_pkey' })
  name!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'run_metrics_pkey' })
  step!: number;

  @Column('double precision')
  value!: number;

  @Column('timestamptz')
  at!: Date;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

@Entity('run_logs')
@Unique('run_logs_run_id_attempt_seq_key', ['runId', 'attempt', 'seq'])
@Index('run_logs_run_id_idx', ['runId', 'id'])
export class RunLog {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'run_logs_pkey',
  })
  id!: string;

  @ForeignKey(() => Run, { name: 'run_logs_run_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'run_id' })
  runId!: string;

  @Column('integer')
  attempt!: number;

  /** The event's place in its attempt: a batch that is written twice is stored once. */
  @Column('integer')
  seq!: number;

  @Column('text')
  level!: LogLevel;

  @Column('text')
  message!: string;

  @Column('timestamptz')
  at!: Date;
}

@Entity('run_artifacts')
export class RunArtifact {
  @ForeignKey(() => Run, { name: 'run_artifacts_run_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'run_id', primaryKeyConstraintName: 'run_artifacts_pkey' })
  runId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'run_artifacts_pkey' })
  name!: string;

  @Column('text')
  kind!: ArtifactKind;

  @Column('text', { name: 'tree_hash' })
  treeHash!: string;

  @Column('integer', { name: 'file_count' })
  fileCount!: number;

  @Column('bigint', { name: 'size_bytes', transformer: safeInteger })
  sizeBytes!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
