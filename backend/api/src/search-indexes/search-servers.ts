import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DatasetsService } from '../datasets/index.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { Schedules } from '../platform/queue/index.js';
import { ServerPools, type SandboxJob, type SandboxLimits, type ServerPool } from '../sandboxes/index.js';
import { SpacesService } from '../spaces/index.js';
import { SearchIndexesRepository } from './search-indexes.repository.js';

/** Finds what a process that died between "ready" and the switch left undone. */
const SWITCH_MS = 2_000;
const SEARCH_LIMITS: SandboxLimits = {
  memoryBytes: 4 * 1024 ** 3,
  cpus: 2,
  cpuSeconds: Number.MAX_SAFE_INTEGER,
  pids: 128,
  wallMs: 2 ** 31 - 1,
  logBytes: 64 << 20,
  workspaceBytes: 1 << 30,
  tmpBytes: 64 << 20,
};

/** One search sandbox for each version of an index that answers, answered before, or is about to; and the switch to it once it is ready. */
@Injectable()
export class SearchServers implements OnModuleInit {
  private readonly pool: ServerPool;

  constructor(
    pools: ServerPools,
    private readonly indexes: SearchIndexesRepository,
    private readonly spaces: SpacesService,
    private readonly datasets: DatasetsService,
    private readonly transactions: Transactions,
    private readonly live: Live,
    private readonly schedules: Schedules,
  ) {
    this.pool = pools.open({
      name: 'search-servers',
      table: { name: 'search_servers', key: 'search_index_version_id' },
      jobOf: (versionId) => this.jobOf(versionId),
      announce: (versionId, tx) => this.announce(versionId, tx),
      onReady: () => this.switchReady(),
    });
  }

  onModuleInit(): void {
    this.schedules.every({ name: 'search-indexes.switch', everyMs: SWITCH_MS }, () => this.switchReady());
  }

  async want(versionId: string, tx: Tx): Promise<void> {
    await this.pool.want(versionId, true, tx);
  }

  private async switchReady(): Promise<void> {
    await this.transactions.run(async (tx) => {
      for (const id of await this.indexes.promoteReady(tx)) {
        await this.indexes.retireServers(id, tx);
        await this.live.changed(tx, { resource: 'search-indexes', id, type: 'updated' });
      }
    });
  }

  private async announce(versionId: string, tx: Tx): Promise<void> {
    const version = await this.indexes.version(versionId);
    if (version !== null)
      await this.live.changed(tx, { resource: 'search-indexes', id: version.searchIndexId, type: 'updated' });
  }

  private async jobOf(versionId: string): Promise<SandboxJob> {
    const version = await this.indexes.version(versionId);
    const snapshot = version === null ? null : await this.spaces.findSnapshot(version.snapshotId);
    const dataset = snapshot === null ? null : await this.datasets.findVersion(snapshot.datasetVersionId);
    if (version === null || snapshot === null || dataset === null)
      throw new Error(`version ${versionId} of a search index, its snapshot or its dataset version is gone`);
    return {
      purpose: 'serve',
      subjectId: versionId,
      attempt: 1,
      work: {
        kind: 'search',
        input: { bundle: 'bundle', snapshot: 'snapshot', dataset: 'dataset', snapshotId: snapshot.id, threads: 1 },
      },
      seed: 0,
      threads: 1,
      inputs: [
        { mount: 'bundle', tree: version.encoderTree },
        { mount: 'snapshot', tree: snapshot.treeHash },
        { mount: 'dataset', tree: dataset.treeHash },
      ],
      workspace: null,
      limits: SEARCH_LIMITS,
    };
  }
}
