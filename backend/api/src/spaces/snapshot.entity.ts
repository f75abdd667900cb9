import type { SnapshotManifest, VectorDtype } from '@graft/protocol';
import { Column, Entity, Index, PrimaryColumn, Unique, ForeignKey } from 'typeorm';
import { SpaceRecord } from './space.entity.js';

@Entity('snapshots')
@Unique('snapshots_run_id_key', ['runId'])
@Index('snapshots_space_id_idx', ['spaceId'])
export class Snapshot {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'snapshots_pkey' })
  id!: string;

  @ForeignKey(() => SpaceRecord, { name: 'snapshots_space_id_fkey' })
  @Column('text', { name: 'space_id' })
  spaceId!: string;

  @Column('uuid', { name: 'dataset_version_id' })
  datasetVersionId!: string;

  @Column('uuid', { name: 'run_id' })
  runId!: string;

  @Column('text', { name: 'tree_hash' })
  treeHash!: string;

  @Column('integer', { name: 'item_count' })
  itemCount!: number;

  @Column('integer', { name: 'encoded_count' })
  encodedCount!: number;

  @Column('integer', { name: 'reused_count' })
  reusedCount!: number;

  @Column('text', { default: 'f32' })
  dtype!: VectorDtype;

  @Column('jsonb', { nullable: true })
  quantisation!: SnapshotManifest['quantisation'];

  @Column('jsonb', { name: 'neighbour_index', nullable: true })
  index!: SnapshotManifest['index'];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** The live snapshot of a space for one dataset; the row moves in one statement. */
@Entity('live_snapshots')
export class LiveSnapshot {
  @ForeignKey(() => SpaceRecord, { name: 'live_snapshots_space_id_fkey' })
  @PrimaryColumn('text', { name: 'space_id', primaryKeyConstraintName: 'live_snapshots_pkey' })
  spaceId!: string;

  @PrimaryColumn('uuid', { name: 'dataset_id', primaryKeyConstraintName: 'live_snapshots_pkey' })
  datasetId!: string;

  @ForeignKey(() => Snapshot, { name: 'live_snapshots_snapshot_id_fkey' })
  @Column('uuid', { name: 'snapshot_id' })
  snapshotId!: string;

  /** What was live before: where a rollback goes. */
  @ForeignKey(() => Snapshot, { name: 'live_snapshots_previous_id_fkey' })
  @Column('uuid', { name: 'previous_id', nullable: true })
  previousId!: string | null;

  @Column('timestamptz', { name: 'moved_at' })
  movedAt!: Date;
}
