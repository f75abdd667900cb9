import { Injectable } from '@nestjs/common';
import { ModelsService } from '../models/index.js';
import type { Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { VectorMissesService } from '../spaces/index.js';
import { ServeJobs } from './serve-jobs.js';
import type { ServerPool } from './server-pool.js';
import { ServerPools } from './server-pools.js';

/** One serve sandbox for each model version that receives traffic. */
@Injectable()
export class ModelServers {
  private readonly pool: ServerPool;

  constructor(pools: ServerPools, jobs: ServeJobs, models: ModelsService, misses: VectorMissesService, live: Live) {
    this.pool = pools.open({
      name: 'model-servers',
      table: { name: 'model_servers', key: 'model_version_id' },
      followsInputs: true,
      jobOf: (modelVersionId) => jobs.of(modelVersionId),
      announce: (id, tx) => live.changed(tx, { resource: 'model-servers', id, type: 'updated' }),
      onMetric: async (id, { name, value }) => {
        // The figure comes out of a sandbox.
        if (name !== 'encoded_on_miss' || !Number.isSafeInteger(value) || value < 1) return;
        const { snapshotId } = (await models.getVersion(id)).lineage;
        if (snapshotId !== null) await misses.record(snapshotId, value);
      },
    });
  }

  /** Says whether a version has to be served. */
  async want(modelVersionId: string, wanted: boolean, tx: Tx): Promise<void> {
    await this.pool.want(modelVersionId, wanted, tx);
  }
}
