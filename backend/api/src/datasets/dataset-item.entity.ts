import type { DatasetItem as StoredItem, Split } from '@graft/protocol';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { DatasetVersion } from './dataset-version.entity.js';

/** One item of one version: what lists, filters and pictures need. The files of the version's tree stay the truth. */
@Entity('dataset_items')
@Index('dataset_items_version_id_item_id_idx', ['versionId', 'itemId'], { unique: true })
@Check('dataset_items_split_check', `split IN ('train', 'val', 'test')`)
export class DatasetItemRow {
  @PrimaryColumn('uuid', { name: 'version_id', primaryKeyConstraintName: 'dataset_items_pkey' })
  @ForeignKey(() => DatasetVersion, { onDelete: 'CASCADE', name: 'dataset_items_version_id_fkey' })
  versionId!: string;

  /** Position in items.jsonl, from 0. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'dataset_items_pkey' })
  ordinal!: number;

  @Column('text', { name: 'item_id' })
  itemId!: string;

  @Column('text')
  title!: string;

  @Column('text')
  split!: Split;

  @Column('jsonb')
  attributes!: Record<string, string>;

  /** Where the picture lies in the version's images blob, and what it is. */
  @Column('jsonb')
  image!: StoredItem['image'];
}
