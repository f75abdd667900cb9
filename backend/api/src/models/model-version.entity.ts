import type { BundleManifest } from '@graft/protocol';
import { Column, Entity, Index, PrimaryColumn, Unique, ForeignKey } from 'typeorm';
import { Model } from './model.entity.js';

/** Where a version comes from: enough to make it again. */
export interface Lineage {
  runId: string;
  experimentId: string;
  recipe: string;
  datasetVersionId: string | null;
  /** Set for a version whose vision encoder was swapped for stored vectors. */
  spaceId: string | null;
  snapshotId: string | null;
  baseVersionId: string | null;
  baseTree: string | null;
  codeRevision: string;
  seed: number;
}

/** An immutable bundle. */
@Entity('model_versions')
@Unique('model_versions_model_id_version_key', ['modelId', 'version'])
@Unique('model_versions_run_id_key', ['runId'])
@Index('model_versions_created_at_idx', ['createdAt'])
export class ModelVersion {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'model_versions_pkey' })
  id!: string;

  @ForeignKey(() => Model, { name: 'model_versions_model_id_fkey' })
  @Column('uuid', { name: 'model_id' })
  modelId!: string;

  /** 1, 2, 3, ... within the model. */
  @Column('integer')
  version!: number;

  @Column('uuid', { name: 'run_id' })
  runId!: string;

  @Column('text', { name: 'tree_hash' })
  treeHash!: string;

  @Column('jsonb')
  lineage!: Lineage;

  @Column('jsonb')
  manifest!: BundleManifest;

  /** The last value of each metric of the run that made it. */
  @Column('jsonb')
  metrics!: Record<string, number>;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
