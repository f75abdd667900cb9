import { Column } from 'typeorm';

export type ServerState = 'stopped' | 'starting' | 'ready' | 'failed';

/** What is known of a server in a sandbox, whatever it serves. `wanted` is set by whoever needs it; a worker makes it so. */
export abstract class ServerColumns {
  @Column('boolean')
  wanted!: boolean;

  @Column('text')
  state!: ServerState;

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
