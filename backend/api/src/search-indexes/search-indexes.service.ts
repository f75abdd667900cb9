import { Injectable } from '@nestjs/common';
import { DatasetsService } from '../datasets/index.js';
import type { Actor } from '../identity/index.js';
import { DomainError, invalidField, newId, notFound, type Page } from '../kernel/index.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { SpacesService, type Snapshot } from '../spaces/index.js';
import { SearchEncoders, type SearchEncoder } from './search-encoders.js';
import type { SearchIndex } from './search-index.entity.js';
import { SearchIndexesRepository, type SearchIndexesFilter, type VersionState } from './search-indexes.repository.js';
import { SearchServers } from './search-servers.js';

export interface NewSearchIndex {
  readonly name: string;
  readonly snapshotId: string;
  readonly encoderVersionId: string | null;
  readonly followLive: boolean;
}

export interface SnapshotSwitch {
  readonly snapshotId: string;
  readonly encoderVersionId: string | null;
  /** Take a snapshot of another space too, with the encoder of that space. */
  readonly allowNewSpace: boolean;
}

export interface SearchIndexView {
  readonly index: SearchIndex;
  readonly datasetName: string;
  readonly current: VersionState | null;
  readonly previous: VersionState | null;
  readonly next: VersionState | null;
}

@Injectable()
export class SearchIndexesService {
  constructor(
    private readonly indexes: SearchIndexesRepository,
    private readonly servers: SearchServers,
    private readonly encoders: SearchEncoders,
    private readonly spaces: SpacesService,
    private readonly datasets: DatasetsService,
    private readonly transactions: Transactions,
    private readonly live: Live,
  ) {}

  async list(filter: SearchIndexesFilter): Promise<Page<SearchIndexView>> {
    const { items, total } = await this.indexes.list(filter);
    return { items: await Promise.all(items.map((index) => this.viewOf(index))), total };
  }

  async get(id: string): Promise<SearchIndexView> {
    const index = await this.indexes.find(id);
    if (index === null) throw notFound('search index', id);
    return await this.viewOf(index);
  }

  /** @throws DomainError `validation-failed`, `space-mismatch`, `search-index-name-taken` */
  async create(
    actor: Actor,
    { name, snapshotId, encoderVersionId, followLive }: NewSearchIndex,
  ): Promise<SearchIndexView> {
    const snapshot = await this.snapshotOf(snapshotId);
    const encoder = await this.encoders.of(snapshot, encoderVersionId);
    const id = newId();
    const index: SearchIndex = {
      id,
      name,
      datasetId: await this.datasetOf(snapshot),
      followLive,
      currentId: null,
      previousId: null,
      nextId: null,
      createdBy: actor.personId,
      createdAt: new Date(),
      switchedAt: null,
    };
    await this.transactions.run(async (tx) => {
      await this.indexes.insert(index, tx);
      await this.prepare(id, snapshot, encoder, tx);
      await this.live.changed(tx, { resource: 'search-indexes', id, type: 'created' });
    });
    return await this.get(id);
  }

  async update(id: string, changes: { followLive: boolean }): Promise<SearchIndexView> {
    await this.transactions.run(async (tx) => {
      if ((await this.indexes.lock(id, tx)) === null) throw notFound('search index', id);
      await this.indexes.update(id, changes, tx);
      await this.live.changed(tx, { resource: 'search-indexes', id, type: 'updated' });
    });
    return await this.get(id);
  }

  /**
   * Prepares the switch to another snapshot: its server starts beside the one that answers, and the switch happens when it is ready. The
   * snapshot that answers already calls a switch off that is under way.
   * @throws DomainError `validation-failed`, `space-mismatch`
   */
  async switchTo(
    id: string,
    { snapshotId, encoderVersionId, allowNewSpace }: SnapshotSwitch,
  ): Promise<SearchIndexView> {
    const before = await this.get(id);
    const snapshot = await this.snapshotOf(snapshotId);
    if ((await this.datasetOf(snapshot)) !== before.index.datasetId)
      throw invalidField(
        'snapshotId',
        `a snapshot of dataset ${before.datasetName}, which this index is for`,
        snapshotId,
      );
    const answering = before.current ?? before.next;
    const isSameSpace = answering === null || answering.spaceId === snapshot.spaceId;
    if (answering !== null && !allowNewSpace) await this.encoders.assertSwitchable(answering.spaceId, snapshot);
    const encoder =
      isSameSpace && answering !== null && encoderVersionId === null
        ? { tree: answering.encoderTree, readsTexts: answering.readsTexts }
        : await this.encoders.of(snapshot, encoderVersionId);
    await this.transactions.run(async (tx) => {
      if ((await this.indexes.lock(id, tx)) === null) throw notFound('search index', id);
      const { current } = before;
      if (current?.snapshotId === snapshotId && current.encoderTree === encoder.tree)
        await this.indexes.update(id, { nextId: null }, tx);
      else await this.prepare(id, snapshot, encoder, tx);
      await this.indexes.retireServers(id, tx);
      await this.live.changed(tx, { resource: 'search-indexes', id, type: 'updated' });
    });
    return await this.get(id);
  }

  /**
   * The version before answers again, at once: its server was kept warm. A switch that is under way is called off, and the index stops
   * following the live snapshot, which would undo this.
   * @throws DomainError `rollback-not-possible`
   */
  async rollback(id: string): Promise<SearchIndexView> {
    await this.transactions.run(async (tx) => {
      if ((await this.indexes.lock(id, tx)) === null) throw notFound('search index', id);
      if (!(await this.indexes.swapBack(id, tx)))
        throw new DomainError(
          'rollback-not-possible',
          'No version answered before this one, or its server is not ready. Switch to the snapshot you want instead.',
        );
      await this.indexes.retireServers(id, tx);
      await this.live.changed(tx, { resource: 'search-indexes', id, type: 'updated' });
    });
    return await this.get(id);
  }

  async delete(id: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      if (!(await this.indexes.delete(id, tx))) throw notFound('search index', id);
      await this.live.changed(tx, { resource: 'search-indexes', id, type: 'deleted' });
    });
  }

  /** Switches the indexes that follow the live snapshot of that space. */
  async follow({
    spaceId,
    datasetId,
    snapshotId,
  }: {
    spaceId: string;
    datasetId: string;
    snapshotId: string;
  }): Promise<void> {
    for (const id of await this.indexes.followers(spaceId, datasetId))
      await this.switchTo(id, { snapshotId, encoderVersionId: null, allowNewSpace: false });
  }

  private async prepare(searchIndexId: string, snapshot: Snapshot, encoder: SearchEncoder, tx: Tx): Promise<void> {
    const id = newId();
    const { tree: encoderTree, readsTexts } = encoder;
    const version = { id, searchIndexId, snapshotId: snapshot.id, encoderTree, readsTexts, createdAt: new Date() };
    await this.indexes.insertNext(version, tx);
    await this.servers.want(id, tx);
  }

  private async snapshotOf(snapshotId: string): Promise<Snapshot> {
    const snapshot = await this.spaces.findSnapshot(snapshotId);
    if (snapshot === null) throw invalidField('snapshotId', 'a snapshot that exists', snapshotId);
    return snapshot;
  }

  private async datasetOf({ datasetVersionId }: Snapshot): Promise<string> {
    const version = await this.datasets.findVersion(datasetVersionId);
    if (version === null) throw new Error(`dataset version ${datasetVersionId} of a snapshot is gone`);
    return version.datasetId;
  }

  private async viewOf(index: SearchIndex): Promise<SearchIndexView> {
    const { currentId, previousId, nextId, datasetId } = index;
    const ids = [currentId, previousId, nextId].filter((id) => id !== null);
    const [versions, dataset] = await Promise.all([this.indexes.versions(ids), this.datasets.get(datasetId)]);
    const version = (id: string | null): VersionState | null => versions.find((each) => each.id === id) ?? null;
    return {
      index,
      datasetName: dataset.name,
      current: version(currentId),
      previous: version(previousId),
      next: version(nextId),
    };
  }
}
