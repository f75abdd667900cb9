import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { Tier } from '../artifacts/index.js';

@Entity('datasets')
@Unique('datasets_name_key', ['name'])
@Check('datasets_tier_check', `tier IN ('public', 'internal', 'restricted')`)
export class Dataset {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'datasets_pkey' })
  id!: string;

  /** What experiment files refer to: `dataset:NAME`. */
  @Column('text')
  name!: string;

  @Column('text')
  description!: string;

  @Column('text')
  tier!: Tier;

  @Column('uuid', { name: 'created_by' })
  createdBy!: string;

  @Column('text', { name: 'created_by_name' })
  createdByName!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
