import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** How a vector of one space becomes a query in the other: as it is, or turned by an orthogonal map. */
export type QueryMap = 'none' | 'orthogonal';

/**
 * An admin's word, with the measurement it rests on, that queries of one space may be asked in another. Never changed: a better
 * measurement is another row.
 */
@Entity('space_compatibilities')
@Check('space_compatibilities_map_check', `map IN ('none', 'orthogonal')`)
@Unique('space_compatibilities_run_id_key', ['runId', 'map'])
@Index('space_compatibilities_spaces_idx', ['querySpaceId', 'storedSpaceId'])
export class SpaceCompatibility {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'space_compatibilities_pkey' })
  id!: string;

  /** The space that queries come from. */
  @Column('text', { name: 'query_space_id' })
  querySpaceId!: string;

  /** The space of the stored vectors. */
  @Column('text', { name: 'stored_space_id' })
  storedSpaceId!: string;

  @Column('text')
  map!: QueryMap;

  /** The inspect-space run that measured it; its artifact holds the map. */
  @Column('uuid', { name: 'run_id' })
  runId!: string;

  /** Share of the 10 nearest that a query of the other space finds, with the low end of its interval. */
  @Column('double precision')
  overlap!: number;

  @Column('double precision', { name: 'overlap_low' })
  overlapLow!: number;

  @Column('integer')
  queries!: number;

  @Column('text')
  reason!: string;

  @Column('uuid', { name: 'declared_by' })
  declaredBy!: string;

  @Column('text', { name: 'declared_by_name' })
  declaredByName!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
