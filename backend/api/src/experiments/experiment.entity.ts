import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ExperimentSpec } from './experiment-spec.js';

@Entity('experiments')
@Index('experiments_created_at_idx', ['createdAt'])
export class Experiment {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'experiments_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('jsonb')
  spec!: ExperimentSpec;

  /** Null for what the platform started by itself. */
  @Column('uuid', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
