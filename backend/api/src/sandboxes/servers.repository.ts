import type { DataSource } from 'typeorm';
import type { Tx } from '../platform/database/index.js';
import type { ServerColumns, ServerState } from './server.entity.js';

const LEASE = `interval '15 seconds'`;

/** Where servers of one kind are written down: a table with the columns of `ServerColumns`, and the one that says what is served. */
export interface ServerTable {
  readonly name: `${string}_servers`;
  readonly key: `${string}_id`;
}

/** One server by the id of what it serves. */
export type Server = Pick<ServerColumns, 'wanted' | 'failures'> & { readonly id: string };

export interface ServerEnd {
  readonly state: Extract<ServerState, 'stopped' | 'failed'>;
  readonly failures: number;
  readonly retryAt: Date | null;
  readonly message: string | null;
}

export class ServersRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly table: ServerTable,
  ) {}

  async find(id: string): Promise<Server | null> {
    const { name, key } = this.table;
    const rows = await this.dataSource.query<Server[]>(
      `SELECT ${key} AS id, wanted, failures FROM ${name} WHERE ${key} = $1`,
      [id],
    );
    return rows[0] ?? null;
  }

  async want(id: string, wanted: boolean, tx: Tx): Promise<void> {
    const { name, key } = this.table;
    await tx.query(
      `INSERT INTO ${name} (${key}, wanted, state, changed_at) VALUES ($1, $2, 'stopped', now())
       ON CONFLICT (${key}) DO UPDATE SET wanted = excluded.wanted, failures = 0, retry_at = NULL`,
      [id, wanted],
    );
  }

  /** Takes over one server that is wanted and that no living worker serves. One statement: two workers never get the same. */
  async claim(workerId: string): Promise<Server | null> {
    const { name, key } = this.table;
    const [rows]: [Server[], number] = await this.dataSource.query(
      `UPDATE ${name} SET worker_id = $1, lease_until = now() + ${LEASE}, state = 'starting', sandbox_id = NULL, socket_path = NULL, changed_at = now()
       WHERE ${key} = (
         SELECT ${key} FROM ${name}
         WHERE wanted AND (lease_until IS NULL OR lease_until < now()) AND (retry_at IS NULL OR retry_at <= now())
         ORDER BY changed_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING ${key} AS id, wanted, failures`,
      [workerId],
    );
    return rows[0] ?? null;
  }

  /** @returns whether the server is still this worker's and wanted */
  async renew(id: string, workerId: string): Promise<boolean> {
    const { name, key } = this.table;
    const [rows]: [unknown[], number] = await this.dataSource.query(
      `UPDATE ${name} SET lease_until = now() + ${LEASE} WHERE ${key} = $1 AND worker_id = $2 AND wanted RETURNING 1`,
      [id, workerId],
    );
    return rows.length === 1;
  }

  async ready(
    id: string,
    workerId: string,
    { sandboxId, socketPath }: { sandboxId: string; socketPath: string },
    tx: Tx,
  ): Promise<void> {
    const { name, key } = this.table;
    await tx.query(
      `UPDATE ${name} SET state = 'ready', sandbox_id = $3, socket_path = $4, failures = 0, message = NULL, changed_at = now()
       WHERE ${key} = $1 AND worker_id = $2`,
      [id, workerId, sandboxId, socketPath],
    );
  }

  async end(id: string, workerId: string, { state, failures, retryAt, message }: ServerEnd, tx: Tx): Promise<void> {
    const { name, key } = this.table;
    await tx.query(
      `UPDATE ${name} SET state = $3, sandbox_id = NULL, socket_path = NULL, lease_until = NULL, failures = $4, retry_at = $5, message = $6, changed_at = now()
       WHERE ${key} = $1 AND worker_id = $2`,
      [id, workerId, state, failures, retryAt, message],
    );
  }

  /** Ends the leases of workers that are known to be dead, so that nobody waits for them. */
  async releaseWorkers(isDead: (workerId: string) => boolean): Promise<void> {
    const { name } = this.table;
    const leased: { worker_id: string }[] = await this.dataSource.query(
      `SELECT DISTINCT worker_id FROM ${name} WHERE lease_until IS NOT NULL`,
    );
    const dead = leased.map((row) => row.worker_id).filter(isDead);
    await this.dataSource.query(`UPDATE ${name} SET lease_until = NULL WHERE worker_id = ANY($1)`, [dead]);
  }
}
