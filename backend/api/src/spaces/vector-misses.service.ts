import { Injectable } from '@nestjs/common';
import { DatasetsService, type DatasetVersion } from '../datasets/index.js';
import type { Tx } from '../platform/database/index.js';
import type { Snapshot } from './snapshot.entity.js';
import { SpacesRepository } from './spaces.repository.js';
import type { VectorMisses } from './vector-misses.entity.js';
import { VectorMissesRepository } from './vector-misses.repository.js';

/** A live snapshot that models were asked for more than it has, and the dataset version that has it. */
export interface MissedVectors {
  readonly misses: VectorMisses;
  readonly live: Snapshot;
  readonly newest: DatasetVersion;
}

/** Which vectors were asked for before any snapshot had them. */
@Injectable()
export class VectorMissesService {
  constructor(
    private readonly misses: VectorMissesRepository,
    private readonly spaces: SpacesRepository,
    private readonly datasets: DatasetsService,
  ) {}

  /** A server encoded this many items by itself because its snapshot, a snapshot of the same space and dataset, lacked them. */
  async record(snapshotId: string, count: number): Promise<void> {
    const snapshot = await this.spaces.findSnapshot(snapshotId);
    if (snapshot === null) return;
    const { datasetId } = await this.datasets.getVersion(snapshot.datasetVersionId);
    await this.misses.add({ spaceId: snapshot.spaceId, datasetId }, count);
  }

  /** Where a new snapshot would bring what was missed: the dataset has gone on since the live one, and nobody has cared for that version yet. */
  async uncared(): Promise<MissedVectors[]> {
    const found: MissedVectors[] = [];
    for (const misses of await this.misses.list()) {
      const [live, newest] = await Promise.all([
        this.spaces.findLive(misses.spaceId, misses.datasetId),
        this.datasets.findNewestVersion(misses.datasetId),
      ]);
      if (live === null || newest === null || live.datasetVersionId === newest.id) continue;
      const since = await this.datasets.getVersion(live.datasetVersionId);
      if (misses.missedAt > newest.createdAt && newest.version > since.version) found.push({ misses, live, newest });
    }
    return found;
  }

  claimBackfill(misses: VectorMisses, backfill: { experimentId: string; versionId: string }, tx: Tx): Promise<boolean> {
    return this.misses.claimBackfill(misses, backfill, tx);
  }
}
