import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Person } from '../identity/index.js';
import { Model, ModelVersion } from '../models/index.js';
import type { EndpointState } from './endpoint.states.js';

export type VariantRole = 'control' | 'treatment';

/** A stable address behind which versions of one model share the traffic. */
@Entity('endpoints')
@Check('endpoints_state_check', `state IN ('live', 'retired')`)
@Index('endpoints_live_name_key', ['name'], { unique: true, where: `state = 'live'` })
@Index('endpoints_model_id_idx', ['modelId'])
export class Endpoint {
  /** Also the salt of the assignment. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'endpoints_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('uuid', { name: 'model_id' })
  @ForeignKey(() => Model, { name: 'endpoints_model_id_fkey' })
  modelId!: string;

  @Column('text')
  state!: EndpointState;

  /** Counts the changes of weights; every exposure says which one it fell under. */
  @Column('integer', { name: 'traffic_revision' })
  trafficRevision!: number;

  @Column('uuid', { name: 'created_by' })
  @ForeignKey(() => Person, { name: 'endpoints_created_by_fkey' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'retired_at', nullable: true })
  retiredAt!: Date | null;
}

@Entity('endpoint_variants')
@Check('endpoint_variants_role_check', `role IN ('control', 'treatment')`)
@Check('endpoint_variants_weight_check', 'weight >= 0 AND weight <= 1')
@Unique('endpoint_variants_position_key', ['endpointId', 'position'])
@Index('endpoint_variants_model_version_id_idx', ['modelVersionId'])
export class EndpointVariant {
  @PrimaryColumn('uuid', { name: 'endpoint_id', primaryKeyConstraintName: 'endpoint_variants_pkey' })
  @ForeignKey(() => Endpoint, { name: 'endpoint_variants_endpoint_id_fkey' })
  endpointId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'endpoint_variants_pkey' })
  name!: string;

  /** Order of the bucket ranges: never changes, so that a change of weights moves as few units as it can. */
  @Column('integer')
  position!: number;

  @Column('text')
  role!: VariantRole;

  @Column('uuid', { name: 'model_version_id' })
  @ForeignKey(() => ModelVersion, { name: 'endpoint_variants_model_version_id_fkey' })
  modelVersionId!: string;

  /** Share of the units, 0 to 1; an endpoint's weights add up to 1. */
  @Column('double precision')
  weight!: number;
}

/** The weights that were in force under one revision. Never changed. */
@Entity('traffic_revisions')
export class TrafficRevision {
  @PrimaryColumn('uuid', { name: 'endpoint_id', primaryKeyConstraintName: 'traffic_revisions_pkey' })
  @ForeignKey(() => Endpoint, { name: 'traffic_revisions_endpoint_id_fkey' })
  endpointId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'traffic_revisions_pkey' })
  revision!: number;

  /** Variant name -> weight. */
  @Column('jsonb')
  weights!: Record<string, number>;

  @Column('uuid', { name: 'changed_by' })
  @ForeignKey(() => Person, { name: 'traffic_revisions_changed_by_fkey' })
  changedBy!: string;

  @Column('timestamptz', { name: 'changed_at' })
  changedAt!: Date;
}
