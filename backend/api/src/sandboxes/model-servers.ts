import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { ServeJobs } from './serve-jobs.js';
import type { ServerPool } from './server-pool.js';
import { ServerPools } from './server-pools.js';

/** One serve sandbox for each model version that receives traffic. */
@Injectable()
export class ModelServers {
  private readonly pool: ServerPool;

  constructor(pools: ServerPools, jobs: ServeJobs, live: Live) {
    this.pool = pools.open({
      name: 'model-servers',
      table: { name: 'model_servers', key: 'model_version_id' },
      jobOf: (modelVersionId) => jobs.of(modelVersionId),
      announce: (id, tx) => live.changed(tx, { resource: 'model-servers', id, type: 'updated' }),
    });
  }

  /** Says whether a version has to be served. */
  async want(modelVersionId: string, wanted: boolean, tx: Tx): Promise<void> {
    await this.pool.want(modelVersionId, wanted, tx);
  }
}
