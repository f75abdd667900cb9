import type { Failure } from '@graft/protocol';
import { Check, Column, Entity, Index, PrimaryColumn, Unique, ForeignKey } from 'typeorm';
import { Experiment } from './experiment.entity.js';
import { safeInteger } from '../platform/database/index.js';
import type { IsolationLevel } from '../sandboxes/index.js';
import type { Recipe, RunLimits } from './experiment-spec.js';
import type { RunState } from './run.states.js';
import type { InputKind } from './step-inputs.js';

/** Where an input of a run comes from. Everything but another step's result is pinned to a tree when the experiment is created. */
export type RunInputSource =
  | { kind: 'dataset'; tree: string; datasetVersionId: string }
  | { kind: 'model'; tree: string; modelVersionId: string }
  | { kind: 'snapshot'; tree: string; snapshotId: string; spaceId: string }
  | { kind: 'encoder'; tree: string }
  | { kind: 'run'; runId: string }
  | { kind: 'latest-snapshot' };

export interface RunInput {
  field: string;
  path: readonly (string | number)[];
  mount: string;
  accepts: InputKind;
  source: RunInputSource;
}

@Entity('runs')
@Unique('runs_experiment_id_name_key', ['experimentId', 'name'])
@Check('runs_state_check', `state IN ('waiting', 'queued', 'running', 'succeeded', 'failed', 'cancelled')`)
@Check('runs_lease_check', `(state = 'running') = (lease_until IS NOT NULL)`)
@Index('runs_open_idx', ['state', 'queuedAt'], { where: `state IN ('waiting', 'queued', 'running')` })
@Index('runs_created_at_idx', ['createdAt'])
export class Run {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'runs_pkey' })
  id!: string;

  @ForeignKey(() => Experiment, { name: 'runs_experiment_id_fkey' })
  @Column('uuid', { name: 'experiment_id' })
  experimentId!: string;

  /** The step's name. */
  @Column('text')
  name!: string;

  /** Place in the order of the experiment's steps. */
  @Column('integer')
  position!: number;

  @Column('text')
  recipe!: Recipe;

  @Column('jsonb')
  parameters!: object;

  @Column('jsonb')
  inputs!: RunInput[];

  @Column('uuid', { name: 'depends_on', array: true })
  dependsOn!: string[];

  /** Model that the resulting bundle becomes a version of. */
  @Column('text', { name: 'register_model', nullable: true })
  registerModel!: string | null;

  @Column('jsonb')
  limits!: RunLimits;

  @Column('bigint', { transformer: safeInteger })
  seed!: number;

  @Column('text')
  state!: RunState;

  /** Counts the times it was started. */
  @Column('integer', { default: 0 })
  attempt!: number;

  /** Attempts that ended by a crash of the runner; a lost worker is not its fault. */
  @Column('integer', { default: 0 })
  crashes!: number;

  @Column('boolean', { name: 'cancel_requested', default: false })
  cancelRequested!: boolean;

  @Column('text', { name: 'worker_id', nullable: true })
  workerId!: string | null;

  @Column('text', { nullable: true })
  host!: string | null;

  /** CPUs it takes of its host while it runs. */
  @Column('integer', { nullable: true })
  threads!: number | null;

  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil!: Date | null;

  @Column('text', { name: 'isolation_level', nullable: true })
  isolationLevel!: IsolationLevel | null;

  @Column('real', { default: 0 })
  progress!: number;

  @Column('text', { default: '' })
  phase!: string;

  @Column('jsonb', { nullable: true })
  failure!: Failure | null;

  @Column('jsonb', { nullable: true })
  result!: Record<string, unknown> | null;

  /** Of all attempts together. */
  @Column('double precision', { name: 'cpu_seconds', default: 0 })
  cpuSeconds!: number;

  @Column('bigint', { name: 'peak_memory_bytes', default: 0, transformer: safeInteger })
  peakMemoryBytes!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'queued_at', nullable: true })
  queuedAt!: Date | null;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}
