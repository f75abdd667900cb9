import type { Failure, ImportInput } from '@graft/protocol';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { z } from 'zod';
import { Dataset } from './dataset.entity.js';
import type { ImportState } from './import.states.js';

/** What the person asked for; the run adds where the upload is mounted. */
export type ImportOptions = Omit<z.infer<typeof ImportInput>, 'upload'>;

@Entity('imports')
@Index('imports_dataset_id_idx', ['datasetId', 'createdAt'])
@Index('imports_open_idx', ['updatedAt'], { where: `state IN ('uploading', 'queued', 'running')` })
@Check('imports_state_check', `state IN ('uploading', 'queued', 'running', 'succeeded', 'failed')`)
export class Import {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'imports_pkey' })
  id!: string;

  @Column('uuid', { name: 'dataset_id' })
  @ForeignKey(() => Dataset, { name: 'imports_dataset_id_fkey' })
  datasetId!: string;

  @Column('text')
  state!: ImportState;

  /** Null until they have arrived. */
  @Column('jsonb', { nullable: true })
  options!: ImportOptions | null;

  @Column('integer')
  rows!: number;

  @Column('integer')
  accepted!: number;

  @Column('integer')
  rejected!: number;

  /** Share of the work that is done, 0 to 1. */
  @Column('real')
  progress!: number;

  @Column('text')
  phase!: string;

  @Column('uuid', { name: 'version_id', nullable: true })
  versionId!: string | null;

  /** Tree with problems.jsonl. */
  @Column('text', { name: 'problems_tree', nullable: true })
  problemsTree!: string | null;

  @Column('jsonb', { nullable: true })
  failure!: Failure | null;

  @Column('uuid', { name: 'requested_by' })
  requestedBy!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** Moves on every sign of life: an import that is silent for too long is looked after by the sweep. */
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
