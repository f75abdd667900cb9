import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ModelVersion } from '../models/index.js';

export type ModelServerState = 'stopped' | 'starting' | 'ready' | 'failed';

/** The sandbox that serves one model version. `wanted` is set by whoever routes traffic to it; the worker makes it so. */
@Entity('model_servers')
@Check('model_servers_state_check', `state IN ('stopped', 'starting', 'ready', 'failed')`)
export class ModelServer {
  @ForeignKey(() => ModelVersion, { name: 'model_servers_model_version_id_fkey' })
  @PrimaryColumn('uuid', { name: 'model_version_id', primaryKeyConstraintName: 'model_servers_pkey' })
  modelVersionId!: string;

  @Column('boolean')
  wanted!: boolean;

  @Column('text')
  state!: ModelServerState;

  @Column('uuid', { name: 'sandbox_id', nullable: true })
  sandboxId!: string | null;

  /** Unix socket on the host; answers while the state is `ready`. */
  @Column('text', { name: 'socket_path', nullable: true })
  socketPath!: string | null;

  @Column('text', { name: 'worker_id', nullable: true })
  workerId!: string | null;

  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil!: Date | null;

  /** Failed starts in a row: the next waits twice as long. */
  @Column('integer', { default: 0 })
  failures!: number;

  @Column('timestamptz', { name: 'retry_at', nullable: true })
  retryAt!: Date | null;

  /** Why it does not serve, for people. */
  @Column('text', { nullable: true })
  message!: string | null;

  @Column('timestamptz', { name: 'changed_at' })
  changedAt!: Date;
}
