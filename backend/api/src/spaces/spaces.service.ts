import type { SnapshotManifest } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/index.js';
import { DatasetsService, type VersionChanges } from '../datasets/index.js';
import { DomainError, newId, notFound, type Page } from '../kernel/index.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { Outbox } from '../platform/outbox/index.js';
import type { LiveSnapshot, Snapshot } from './snapshot.entity.js';
import type { SpaceRecord } from './space.entity.js';
import { SnapshotPublished } from './spaces.events.js';
import { SpacesRepository, type LiveAlias, type SnapshotsFilter } from './spaces.repository.js';
import { VectorMissesRepository } from './vector-misses.repository.js';

export interface NewSnapshot {
  manifest: SnapshotManifest;
  encoderTree: string;
  runId: string;
  datasetId: string;
  datasetVersionId: string;
  treeHash: string;
  /** Make it the live snapshot of its space for the dataset. */
  publish: boolean;
}

export interface ListedSnapshot extends Snapshot {
  /** It is what `snapshot:latest` means for its space and dataset. */
  isLive: boolean;
}

/** How far the live snapshot of a dataset is behind the dataset's newest version. */
export interface LiveState {
  snapshot: ListedSnapshot;
  previousId: string | null;
  datasetId: string;
  datasetName: string;
  movedAt: Date;
  newestVersion: { id: string; version: number };
  coverage: VersionChanges;
  /** Items encoded on the fly because the live snapshot lacked them, since ever. */
  encodedOnMiss: number;
}

export interface SpaceState {
  space: SpaceRecord;
  live: LiveState[];
}

@Injectable()
export class SpacesService {
  constructor(
    private readonly spaces: SpacesRepository,
    private readonly misses: VectorMissesRepository,
    private readonly artifacts: ArtifactsService,
    private readonly datasets: DatasetsService,
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
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

  findSpace(id: string): Promise<SpaceRecord | null> {
    return this.spaces.findSpace(id);
  }

  /** A space with its live snapshots. A snapshot holds the items of its dataset version, so comparing two versions says what it lacks. */
  async getSpace(id: string): Promise<SpaceState> {
    const space = await this.spaces.findSpace(id);
    if (space === null) throw notFound('space', id);
    const aliases = await this.spaces.listLive(id);
    return { space, live: await Promise.all(aliases.map((alias) => this.liveState(alias))) };
  }

  /** Registers what an `embed` run made. Repeating it changes nothing. */
  async register(snapshot: NewSnapshot, tx: Tx): Promise<Snapshot> {
    const { manifest, encoderTree, datasetId, publish, ...values } = snapshot;
    const { space, itemCount, encodedCount, reusedCount, dtype, quantisation, index } = manifest;
    const now = new Date();
    await this.spaces.insertSpace({ id: space.id, definition: space.definition, encoderTree, createdAt: now }, tx);
    const counts = { itemCount, encodedCount, reusedCount };
    const stored = await this.spaces.insertSnapshot(
      { id: newId(), spaceId: space.id, createdAt: now, dtype, quantisation, index, ...counts, ...values },
      tx,
    );
    await this.artifacts.reference(tx, stored.treeHash, { type: 'snapshots', id: stored.id });
    await this.live.changed(tx, { resource: 'snapshots', id: stored.id, type: 'created' });
    if (publish) await this.moveLive({ spaceId: space.id, datasetId, snapshotId: stored.id }, tx);
    return stored;
  }

  /** Makes it the live snapshot of its space for its dataset; the one before stays where a rollback finds it. */
  async publish(snapshotId: string): Promise<ListedSnapshot> {
    const { spaceId, datasetVersionId } = await this.getSnapshot(snapshotId);
    const { datasetId } = await this.datasets.getVersion(datasetVersionId);
    await this.transactions.run((tx) => this.moveLive({ spaceId, datasetId, snapshotId }, tx));
    return await this.getSnapshot(snapshotId);
  }

  /**
   * Makes the snapshot that was live before the live one again; doing it twice changes nothing.
   * @throws DomainError `no-previous-snapshot`
   */
  async rollback(spaceId: string, datasetId: string): Promise<ListedSnapshot> {
    const snapshotId = await this.transactions.run(async (tx) => {
      const now = await this.spaces.swapLive({ spaceId, datasetId }, tx);
      if (now !== null) await this.announce({ spaceId, datasetId, snapshotId: now }, tx);
      return now;
    });
    if (snapshotId === null)
      throw new DomainError(
        'no-previous-snapshot',
        `No snapshot of space ${spaceId} was live for dataset ${datasetId} before: publish the one you want.`,
      );
    return await this.getSnapshot(snapshotId);
  }

  private async moveLive(alias: LiveAlias, tx: Tx): Promise<void> {
    if (await this.spaces.moveLive(alias, tx)) await this.announce(alias, tx);
  }

  private async announce(alias: LiveAlias, tx: Tx): Promise<void> {
    await this.outbox.publish(tx, SnapshotPublished, alias);
    await this.live.changed(tx, { resource: 'snapshots', id: alias.snapshotId, type: 'updated' });
    await this.live.changed(tx, { resource: 'spaces', id: alias.spaceId, type: 'updated' });
  }

  private async liveState({ snapshotId, spaceId, datasetId, previousId, movedAt }: LiveSnapshot): Promise<LiveState> {
    const [snapshot, { dataset, latest }, misses] = await Promise.all([
      this.getSnapshot(snapshotId),
      this.datasets.summary(datasetId),
      this.misses.find(spaceId, datasetId),
    ]);
    if (latest === null) throw new Error(`dataset ${datasetId} has a snapshot and no version`);
    return {
      snapshot,
      previousId,
      datasetId,
      datasetName: dataset.name,
      movedAt,
      newestVersion: { id: latest.id, version: latest.version },
      encodedOnMiss: misses?.misses ?? 0,
      coverage: await this.datasets.compareVersions(snapshot.datasetVersionId, latest.id),
    };
  }

  private async withLive(snapshots: readonly Snapshot[]): Promise<ListedSnapshot[]> {
    const live = await this.spaces.liveSnapshotIds(snapshots.map(({ id }) => id));
    return snapshots.map((snapshot) => ({ ...snapshot, isLive: live.has(snapshot.id) }));
  }
}
