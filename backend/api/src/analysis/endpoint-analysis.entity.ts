import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Endpoint } from '../endpoints/index.js';
import type { EventType } from '../feedback/index.js';
import type { Comparison, MetricKind, Outcome } from './decision.js';
import type { SampleRatio } from './statistics/sample-ratio.js';

export interface MetricDefinition {
  kind: MetricKind;
  /** Any of these counts. */
  eventTypes: EventType[];
  better: 'higher' | 'lower';
}

/** What is looked at when nobody says otherwise: did the unit act on what it was shown? */
export const defaultMetric: MetricDefinition = {
  kind: 'conversion',
  eventTypes: ['save', 'click-out', 'purchase'],
  better: 'higher',
};

export interface VariantResult {
  name: string;
  role: 'control' | 'treatment';
  /** Configured share of the units. */
  share: number;
  n: number;
  /** Share of units that converted, or mean value per unit. */
  mean: number;
}

/** What was known about an endpoint at one moment. Never changed: a database trigger refuses it. */
@Entity('endpoint_analyses')
@Check('endpoint_analyses_outcome_check', `outcome IN ('pass', 'fail', 'inconclusive')`)
@Index('endpoint_analyses_endpoint_id_idx', ['endpointId', 'createdAt'])
export class EndpointAnalysis {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'endpoint_analyses_pkey' })
  id!: string;

  @Column('uuid', { name: 'endpoint_id' })
  @ForeignKey(() => Endpoint, { name: 'endpoint_analyses_endpoint_id_fkey' })
  endpointId!: string;

  @Column('integer', { name: 'traffic_revision' })
  trafficRevision!: number;

  @Column('jsonb')
  metric!: MetricDefinition;

  @Column('jsonb')
  variants!: VariantResult[];

  @Column('jsonb', { name: 'sample_ratio', nullable: true })
  sampleRatio!: SampleRatio | null;

  @Column('jsonb')
  comparisons!: Comparison[];

  @Column('text')
  outcome!: Outcome;

  @Column('text')
  sentence!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
