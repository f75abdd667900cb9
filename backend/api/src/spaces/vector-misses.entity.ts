import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { safeInteger } from '../platform/database/index.js';
import { SpaceRecord } from './space.entity.js';

/** How often a model was asked for items of a dataset whose vectors the live snapshot lacked, and what was done about it. */
@Entity('vector_misses')
export class VectorMisses {
  @ForeignKey(() => SpaceRecord, { name: 'vector_misses_space_id_fkey' })
  @PrimaryColumn('text', { name: 'space_id', primaryKeyConstraintName: 'vector_misses_pkey' })
  spaceId!: string;

  @PrimaryColumn('uuid', { name: 'dataset_id', primaryKeyConstraintName: 'vector_misses_pkey' })
  datasetId!: string;

  @Column('bigint', { transformer: safeInteger })
  misses!: number;

  @Column('timestamptz', { name: 'missed_at' })
  missedAt!: Date;

  /** The dataset version that the last back-fill was started for. */
  @Column('uuid', { name: 'backfill_version_id', nullable: true })
  backfillVersionId!: string | null;

  @Column('uuid', { name: 'backfill_experiment_id', nullable: true })
  backfillExperimentId!: string | null;
}
