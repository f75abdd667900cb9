import type { Space } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/index.js';
import { newId, notFound, type Page } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import type { Snapshot } from './snapshot.entity.js';
import type { SpaceRecord } from './space.entity.js';
import { SpacesRepository, type SnapshotsFilter } from './spaces.repository.js';

export interface NewSnapshot {
  space: Space;
  encoderTree: string;
  runId: string;
  datasetId: string;
  datasetVersionId: string;
  treeHash: string;
  itemCount: number;
  encodedCount: number;
  reusedCount: number;
}

export interface ListedSnapshot extends Snapshot {
  /** It is what `snapshot:latest` means for its space and dataset. */
  isLive: boolean;
}

@Injectable()
export class SpacesService {
  constructor(
    private readonly spaces: SpacesRepository,
    private readonly artifacts: ArtifactsService,
    private readonly live: Live,
  ) {}

  listSpaces(page: Parameters<SpacesRepository['listSpaces']>[0]): Promise<Page<SpaceRecord>> {
    return this.spaces.listSpaces(page);
  }

  async listSnapshots(
    filter: SnapshotsFilter,
    page: Parameters<SpacesRepository['listSnapshots']>[1],
  ): Promise<Page<ListedSnapshot>> {
    const { items, total } = await this.spaces.listSnapshots(filter, page);
    return { items: await this.withLive(items), total };
  }

  async getSnapshot(id: string): Promise<ListedSnapshot> {
    const snapshot = await this.spaces.findSnapshot(id);
    const [listed] = snapshot === null ? [] : await this.withLive([snapshot]);
    if (listed === undefined) throw notFound('snapshot', id);
    return listed;
  }

  findSnapshot(id: string): Promise<Snapshot | null> {
    return this.spaces.findSnapshot(id);
  }

  findSnapshotOfRun(runId: string): Promise<Snapshot | null> {
    return this.spaces.findSnapshotOfRun(runId);
  }

  /** The live snapshot that moved last, of whichever space. */
  findNewest(datasetId: string): Promise<Snapshot | null> {
    return this.spaces.findNewest(datasetId);
  }

  findLive(spaceId: string, datasetId: string): Promise<Snapshot | null> {
    return this.spaces.findLive(spaceId, datasetId);
  }

  /** Registers what an `embed` run made and makes it the live snapshot of its space for that dataset. Repeating it changes nothing. */
  async register(snapshot: NewSnapshot, tx: Tx): Promise<Snapshot> {
    const { space, encoderTree, datasetId, ...values } = snapshot;
    const now = new Date();
    await this.spaces.insertSpace({ id: space.id, definition: space.definition, encoderTree, createdAt: now }, tx);
    const stored = await this.spaces.insertSnapshot({ id: newId(), spaceId: space.id, createdAt: now, ...values }, tx);
    await this.spaces.moveLive({ spaceId: space.id, datasetId, snapshotId: stored.id, movedAt: now }, tx);
    await this.artifacts.reference(tx, stored.treeHash, { type: 'snapshots', id: stored.id });
    await this.live.changed(tx, { resource: 'snapshots', id: stored.id, type: 'created' });
    return stored;
  }

  private async withLive(snapshots: readonly Snapshot[]): Promise<ListedSnapshot[]> {
    const live = await this.spaces.liveSnapshotIds(snapshots.map(({ id }) => id));
    return snapshots.map((snapshot) => ({ ...snapshot, isLive: live.has(snapshot.id) }));
  }
}
