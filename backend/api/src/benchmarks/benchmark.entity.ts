import type { Split } from '@graft/protocol';
import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A gold set that models are measured on and never trained on. Immutable: a changed one is another benchmark. */
@Entity('benchmarks')
@Unique('benchmarks_name_key', ['name'])
@Index('benchmarks_dataset_version_id_idx', ['datasetVersionId'])
export class Benchmark {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'benchmarks_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('uuid', { name: 'dataset_version_id' })
  datasetVersionId!: string;

  @Column('text')
  split!: Split;

  @Column('jsonb')
  targets!: string[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
