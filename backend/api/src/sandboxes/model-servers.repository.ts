import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../platform/database/index.js';
import { ModelServer } from './model-server.entity.js';

const LEASE = `interval '15 seconds'`;

@Injectable()
export class ModelServersRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(modelVersionId: string): Promise<ModelServer | null> {
    return this.dataSource.manager.findOneBy(ModelServer, { modelVersionId });
  }

  async want(modelVersionId: string, wanted: boolean, tx: Tx): Promise<void> {
    await tx.query(
      `INSERT INTO model_servers (model_version_id, wanted, state, changed_at) VALUES ($1, $2, 'stopped', now())
       ON CONFLICT (model_version_id) DO UPDATE SET wanted = excluded.wanted, failures = 0, retry_at = NULL`,
      [modelVersionId, wanted],
    );
  }

  /** Takes over one server that is wanted and that no living worker serves. One statement: two workers never get the same. */
  async claim(workerId: string): Promise<ModelServer | null> {
    const rows: { model_version_id: string }[] = await this.dataSource
      .query(
        `UPDATE model_servers SET worker_id = $1, lease_until = now() + ${LEASE}, state = 'starting', sandbox_id = NULL, socket_path = NULL, changed_at = now()
       WHERE model_version_id = (
         SELECT model_version_id FROM model_servers
         WHERE wanted AND (lease_until IS NULL OR lease_until < now()) AND (retry_at IS NULL OR retry_at <= now())
         ORDER BY changed_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING model_version_id`,
        [workerId],
      )
      .then(([returned]: [{ model_version_id: string }[], number]) => returned);
    const [row] = rows;
    return row === undefined ? null : await this.find(row.model_version_id);
  }

  /** @returns whether the server is still this worker's and wanted */
  async renew(modelVersionId: string, workerId: string): Promise<boolean> {
    const [rows]: [unknown[], number] = await this.dataSource.query(
      `UPDATE model_servers SET lease_until = now() + ${LEASE} WHERE model_version_id = $1 AND worker_id = $2 AND wanted RETURNING 1`,
      [modelVersionId, workerId],
    );
    return rows.length === 1;
  }

  async update(
    modelVersionId: string,
    workerId: string,
    changes: Partial<Omit<ModelServer, 'modelVersionId' | 'workerId'>>,
    tx: Tx,
  ): Promise<void> {
    await tx.update(ModelServer, { modelVersionId, workerId }, { ...changes, changedAt: new Date() });
  }

  /** Ends the leases of workers that are known to be dead, so that nobody waits for them. */
  async releaseWorkers(isDead: (workerId: string) => boolean): Promise<void> {
    const leased: { worker_id: string }[] = await this.dataSource.query(
      'SELECT DISTINCT worker_id FROM model_servers WHERE lease_until IS NOT NULL',
    );
    const dead = leased.map((row) => row.worker_id).filter(isDead);
    await this.dataSource.query('UPDATE model_servers SET lease_until = NULL WHERE worker_id = ANY($1)', [dead]);
  }
}
