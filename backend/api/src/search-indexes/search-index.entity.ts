import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { Dataset } from '../datasets/index.js';
import { Person } from '../identity/index.js';
import { ServerColumns } from '../sandboxes/index.js';
import { Snapshot } from '../spaces/index.js';

/**
 * A stable address for searches over a dataset. Which version answers is one column, so a switch and a rollback are one `UPDATE`: a search
 * reads it once and gets its whole answer from there.
 */
@Entity('search_indexes')
@Unique('search_indexes_name_key', ['name'])
export class SearchIndex {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'search_indexes_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('uuid', { name: 'dataset_id' })
  @ForeignKey(() => Dataset, { name: 'search_indexes_dataset_id_fkey' })
  datasetId!: string;

  /** Switches by itself when another snapshot of its space becomes the live one. */
  @Column('boolean', { name: 'follow_live' })
  followLive!: boolean;

  /** What answers; null until the first version was ready once. */
  @Column('uuid', { name: 'current_id', nullable: true })
  @ForeignKey(() => SearchIndexVersion, { name: 'search_indexes_current_id_fkey' })
  currentId!: string | null;

  /** What answered before; its server stays warm for a rollback. */
  @Column('uuid', { name: 'previous_id', nullable: true })
  @ForeignKey(() => SearchIndexVersion, { name: 'search_indexes_previous_id_fkey' })
  previousId!: string | null;

  /** What will answer as soon as its server is ready. */
  @Column('uuid', { name: 'next_id', nullable: true })
  @ForeignKey(() => SearchIndexVersion, { name: 'search_indexes_next_id_fkey' })
  nextId!: string | null;

  @Column('uuid', { name: 'created_by' })
  @ForeignKey(() => Person, { name: 'search_indexes_created_by_fkey' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** When another version began to answer. */
  @Column('timestamptz', { name: 'switched_at', nullable: true })
  switchedAt!: Date | null;
}

/** A snapshot with the encoder that reads questions into its space. Never changed. */
@Entity('search_index_versions')
@Unique('search_index_versions_version_key', ['searchIndexId', 'version'])
export class SearchIndexVersion {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'search_index_versions_pkey' })
  id!: string;

  @Column('uuid', { name: 'search_index_id' })
  @ForeignKey(() => SearchIndex, { name: 'search_index_versions_search_index_id_fkey', onDelete: 'CASCADE' })
  searchIndexId!: string;

  /** Counts from 1 within the index. */
  @Column('integer')
  version!: number;

  @Column('uuid', { name: 'snapshot_id' })
  @ForeignKey(() => Snapshot, { name: 'search_index_versions_snapshot_id_fkey' })
  snapshotId!: string;

  /** Tree of the bundle whose encoders write the snapshot's space. */
  @Column('text', { name: 'encoder_tree' })
  encoderTree!: string;

  /** Whether that bundle reads texts too. */
  @Column('boolean', { name: 'reads_texts' })
  readsTexts!: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** The sandbox that answers searches over one version of an index. */
@Entity('search_servers')
@Check('search_servers_state_check', `state IN ('stopped', 'starting', 'ready', 'failed')`)
export class SearchServer extends ServerColumns {
  @PrimaryColumn('uuid', { name: 'search_index_version_id', primaryKeyConstraintName: 'search_servers_pkey' })
  @ForeignKey(() => SearchIndexVersion, { name: 'search_servers_search_index_version_id_fkey', onDelete: 'CASCADE' })
  searchIndexVersionId!: string;
}
