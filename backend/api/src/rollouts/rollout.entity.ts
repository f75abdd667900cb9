import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Endpoint } from '../endpoints/index.js';
import { Person } from '../identity/index.js';
import { Model, ModelVersion } from '../models/index.js';
import type { RolloutState } from './rollout.states.js';

/** The request to make a version champion, and what became of it. */
@Entity('rollouts')
@Check(
  'rollouts_state_check',
  `state IN ('requested', 'promoting', 'live', 'superseded', 'rejected', 'cancelled', 'rolled-back')`,
)
@Index('rollouts_open_model_key', ['modelId'], { unique: true, where: `state IN ('requested', 'promoting')` })
@Index('rollouts_live_model_key', ['modelId'], { unique: true, where: `state = 'live'` })
@Index('rollouts_requested_at_idx', ['requestedAt'])
export class Rollout {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'rollouts_pkey' })
  id!: string;

  @Column('uuid', { name: 'model_id' })
  @ForeignKey(() => Model, { name: 'rollouts_model_id_fkey' })
  modelId!: string;

  @Column('uuid', { name: 'model_version_id' })
  @ForeignKey(() => ModelVersion, { name: 'rollouts_model_version_id_fkey' })
  modelVersionId!: string;

  /** The champion it replaced, and the way back; null before it is live, and where the model had none. */
  @Column('uuid', { name: 'previous_version_id', nullable: true })
  @ForeignKey(() => ModelVersion, { name: 'rollouts_previous_version_id_fkey' })
  previousVersionId!: string | null;

  /** Where the candidate met traffic; null when it is asked for without. */
  @Column('uuid', { name: 'endpoint_id', nullable: true })
  @ForeignKey(() => Endpoint, { name: 'rollouts_endpoint_id_fkey' })
  endpointId!: string | null;

  @Column('text')
  state!: RolloutState;

  @Column('text')
  reason!: string;

  @Column('uuid', { name: 'requested_by' })
  @ForeignKey(() => Person, { name: 'rollouts_requested_by_fkey' })
  requestedBy!: string;

  @Column('timestamptz', { name: 'requested_at' })
  requestedAt!: Date;

  /** The evidence that stands now. */
  @Column('text', { name: 'evidence_sha256' })
  evidenceSha256!: string;
}

/** One document of a model's chain of evidence. Never changed: a database trigger refuses it. */
@Entity('rollout_evidence')
@Unique('rollout_evidence_sequence_key', ['modelId', 'sequence'])
@Index('rollout_evidence_rollout_id_idx', ['rolloutId'])
export class RolloutEvidence {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'rollout_evidence_pkey' })
  sha256!: string;

  @Column('uuid', { name: 'rollout_id' })
  @ForeignKey(() => Rollout, { name: 'rollout_evidence_rollout_id_fkey' })
  rolloutId!: string;

  @Column('uuid', { name: 'model_id' })
  modelId!: string;

  @Column('integer')
  sequence!: number;

  /** The hashed bytes themselves, hence text and not jsonb. */
  @Column('text')
  document!: string;

  @Column('timestamptz', { name: 'gathered_at' })
  gatheredAt!: Date;
}

@Entity('rollout_approvals')
export class RolloutApproval {
  @PrimaryColumn('uuid', { name: 'rollout_id', primaryKeyConstraintName: 'rollout_approvals_pkey' })
  @ForeignKey(() => Rollout, { name: 'rollout_approvals_rollout_id_fkey' })
  rolloutId!: string;

  @PrimaryColumn('uuid', { name: 'person_id', primaryKeyConstraintName: 'rollout_approvals_pkey' })
  @ForeignKey(() => Person, { name: 'rollout_approvals_person_id_fkey' })
  personId!: string;

  /** What was approved: worth nothing once other evidence stands. */
  @PrimaryColumn('text', { name: 'evidence_sha256', primaryKeyConstraintName: 'rollout_approvals_pkey' })
  evidenceSha256!: string;

  @Column('text')
  comment!: string;

  @Column('timestamptz', { name: 'approved_at' })
  approvedAt!: Date;
}

/** Every move of a rollout: who, when and why. */
@Entity('rollout_moves')
@Index('rollout_moves_rollout_id_idx', ['rolloutId'])
export class RolloutMove {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'rollout_moves_pkey' })
  id!: string;

  @Column('uuid', { name: 'rollout_id' })
  @ForeignKey(() => Rollout, { name: 'rollout_moves_rollout_id_fkey' })
  rolloutId!: string;

  @Column('text')
  state!: RolloutState;

  @Column('uuid', { name: 'person_id' })
  @ForeignKey(() => Person, { name: 'rollout_moves_person_id_fkey' })
  personId!: string;

  @Column('text')
  comment!: string;

  @Column('timestamptz', { name: 'moved_at' })
  movedAt!: Date;
}
