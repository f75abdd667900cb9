import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import { LiveSnapshot, Snapshot } from './snapshot.entity.js';
import { SpaceRecord } from './space.entity.js';

export interface SnapshotsFilter {
  readonly spaceId?: string | undefined;
  readonly datasetVersionId?: string | undefined;
}

export type LiveAlias = Pick<LiveSnapshot, 'spaceId' | 'datasetId' | 'snapshotId'>;

@Injectable()
export class SpacesRepository {
  constructor(private readonly dataSource: DataSource) {}

  async listSpaces(page: PageRequest<'id' | 'createdAt'>): Promise<Page<SpaceRecord>> {
    const [items, total] = await this.dataSource.manager.findAndCount(SpaceRecord, {
      order: { [page.sort]: page.order },
      ...window(page),
    });
    return { items, total };
  }

  async listSnapshots(filter: SnapshotsFilter, page: PageRequest<'createdAt' | 'itemCount'>): Promise<Page<Snapshot>> {
    const { spaceId, datasetVersionId } = filter;
    const where = {
      ...(spaceId === undefined ? {} : { spaceId }),
      ...(datasetVersionId === undefined ? {} : { datasetVersionId }),
    };
    const [items, total] = await this.dataSource.manager.findAndCount(Snapshot, {
      where,
      order: { [page.sort]: page.order, id: 'ASC' },
      ...window(page),
    });
    return { items, total };
  }

  findSnapshot(id: string): Promise<Snapshot | null> {
    return this.dataSource.manager.findOneBy(Snapshot, { id });
  }

  findSnapshotOfRun(runId: string): Promise<Snapshot | null> {
    return this.dataSource.manager.findOneBy(Snapshot, { runId });
  }

  async findNewest(datasetId: string): Promise<Snapshot | null> {
    const [live] = await this.dataSource.manager.find(LiveSnapshot, {
      where: { datasetId },
      order: { movedAt: 'DESC' },
      take: 1,
    });
    return live === undefined ? null : await this.findSnapshot(live.snapshotId);
  }

  async liveSnapshotIds(ids: readonly string[]): Promise<Set<string>> {
    const live: { snapshot_id: string }[] = await this.dataSource.query(
      'SELECT snapshot_id FROM live_snapshots WHERE snapshot_id = ANY($1)',
      [ids],
    );
    return new Set(live.map((row) => row.snapshot_id));
  }

  findSpace(id: string): Promise<SpaceRecord | null> {
    return this.dataSource.manager.findOneBy(SpaceRecord, { id });
  }

  listLive(spaceId: string): Promise<LiveSnapshot[]> {
    return this.dataSource.manager.find(LiveSnapshot, { where: { spaceId }, order: { movedAt: 'DESC' } });
  }

  async findLive(spaceId: string, datasetId: string): Promise<Snapshot | null> {
    const live = await this.dataSource.manager.findOneBy(LiveSnapshot, { spaceId, datasetId });
    return live === null ? null : await this.findSnapshot(live.snapshotId);
  }

  async insertSpace(space: SpaceRecord, tx: Tx): Promise<void> {
    await tx.createQueryBuilder().insert().into(SpaceRecord).values(space).orIgnore().execute();
  }

  /** Returns the snapshot of that run: this one, or the one that was stored before. */
  async insertSnapshot(snapshot: Snapshot, tx: Tx): Promise<Snapshot> {
    await tx.createQueryBuilder().insert().into(Snapshot).values(snapshot).orIgnore().execute();
    return await tx.findOneByOrFail(Snapshot, { runId: snapshot.runId });
  }

  /**
   * Makes a snapshot the live one and remembers the one before, in one statement.
   * @returns whether that changed anything
   */
  async moveLive({ spaceId, datasetId, snapshotId }: LiveAlias, tx: Tx): Promise<boolean> {
    const moved: unknown[] = await tx.query(
      `INSERT INTO live_snapshots AS live (space_id, dataset_id, snapshot_id, moved_at) VALUES ($1, $2, $3, now())
       ON CONFLICT (space_id, dataset_id) DO UPDATE SET snapshot_id = excluded.snapshot_id, previous_id = live.snapshot_id, moved_at = now()
       WHERE live.snapshot_id <> excluded.snapshot_id RETURNING 1`,
      [spaceId, datasetId, snapshotId],
    );
    return moved.length === 1;
  }

  /**
   * Swaps the live snapshot with the one before, in one statement.
   * @returns the snapshot that is live now; null where there was none before
   */
  async swapLive({ spaceId, datasetId }: Omit<LiveAlias, 'snapshotId'>, tx: Tx): Promise<string | null> {
    const [rows]: [{ snapshot_id: string }[], number] = await tx.query(
      `UPDATE live_snapshots SET snapshot_id = previous_id, previous_id = snapshot_id, moved_at = now()
       WHERE space_id = $1 AND dataset_id = $2 AND previous_id IS NOT NULL RETURNING snapshot_id`,
      [spaceId, datasetId],
    );
    return rows[0]?.snapshot_id ?? null;
  }
}
