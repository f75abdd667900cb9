import type { DatasetManifest, Split } from '@graft/protocol';
import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { Dataset } from './dataset.entity.js';

/** Immutable. It appears together with all its items, in the transaction that ends its import. */
@Entity('dataset_versions')
@Unique('dataset_versions_dataset_id_version_key', ['datasetId', 'version'])
@Unique('dataset_versions_import_id_key', ['importId'])
export class DatasetVersion {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'dataset_versions_pkey' })
  id!: string;

  @Column('uuid', { name: 'dataset_id' })
  @ForeignKey(() => Dataset, { name: 'dataset_versions_dataset_id_fkey' })
  datasetId!: string;

  /** Counts from 1 within the dataset. */
  @Column('integer')
  version!: number;

  @Column('uuid', { name: 'import_id' })
  importId!: string;

  @Column('text', { name: 'tree_hash' })
  treeHash!: string;

  /** The blob that holds every picture, one after another. */
  @Column('text', { name: 'images_hash' })
  imagesHash!: string;

  @Column('integer', { name: 'item_count' })
  itemCount!: number;

  @Column('integer', { name: 'pair_count' })
  pairCount!: number;

  @Column('jsonb', { name: 'split_counts' })
  splitCounts!: Record<Split, number>;

  @Column('jsonb')
  attributes!: DatasetManifest['attributes'];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
