import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DomainError, window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import type { ServerState } from '../sandboxes/index.js';
import { SearchIndex, SearchIndexVersion } from './search-index.entity.js';

export interface SearchIndexesFilter extends PageRequest<'name' | 'createdAt'> {
  readonly datasetId?: string | undefined;
  readonly name?: string | undefined;
}

/** A version with what its snapshot and its server are now. */
export interface VersionState extends SearchIndexVersion {
  readonly spaceId: string;
  readonly datasetVersionId: string;
  readonly itemCount: number;
  readonly serverState: ServerState;
  readonly serverMessage: string | null;
  /** Answers while the server is ready. */
  readonly socketPath: string | null;
}

const UNIQUE_VIOLATION = '23505';

const VERSION_STATE = `
  SELECT v.id, v.search_index_id AS "searchIndexId", v.version, v.snapshot_id AS "snapshotId", v.encoder_tree AS "encoderTree",
         v.reads_texts AS "readsTexts", v.created_at AS "createdAt", s.space_id AS "spaceId",
         s.dataset_version_id AS "datasetVersionId", s.item_count AS "itemCount",
         coalesce(srv.state, 'stopped') AS "serverState", srv.message AS "serverMessage",
         CASE WHEN srv.state = 'ready' THEN srv.socket_path END AS "socketPath"
    FROM search_index_versions v
    JOIN snapshots s ON s.id = v.snapshot_id
    LEFT JOIN search_servers srv ON srv.search_index_version_id = v.id`;

@Injectable()
export class SearchIndexesRepository {
  constructor(private readonly dataSource: DataSource) {}

  async list({ datasetId, name, ...page }: SearchIndexesFilter): Promise<Page<SearchIndex>> {
    const [items, total] = await this.dataSource.manager.findAndCount(SearchIndex, {
      where: { ...(datasetId === undefined ? {} : { datasetId }), ...(name === undefined ? {} : { name }) },
      order: { [page.sort]: page.order, id: 'ASC' },
      ...window(page),
    });
    return { items, total };
  }

  find(id: string): Promise<SearchIndex | null> {
    return this.dataSource.manager.findOneBy(SearchIndex, { id });
  }

  /** The index, which nobody else changes until the transaction ends. */
  lock(id: string, tx: Tx): Promise<SearchIndex | null> {
    return tx.findOne(SearchIndex, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  versions(ids: readonly string[]): Promise<VersionState[]> {
    return this.dataSource.query<VersionState[]>(`${VERSION_STATE} WHERE v.id = ANY($1)`, [ids]);
  }

  version(id: string): Promise<SearchIndexVersion | null> {
    return this.dataSource.manager.findOneBy(SearchIndexVersion, { id });
  }

  /** What answers searches at this moment: read once for each search. Null where the index is not there or answers nothing yet. */
  async current(indexId: string): Promise<VersionState | null> {
    const rows = await this.dataSource.query<VersionState[]>(
      `${VERSION_STATE} JOIN search_indexes i ON i.current_id = v.id WHERE i.id = $1`,
      [indexId],
    );
    return rows[0] ?? null;
  }

  /** Of every server that is ready. */
  async sockets(): Promise<Set<string>> {
    const rows = await this.dataSource.query<{ socket_path: string }[]>(
      `SELECT socket_path FROM search_servers WHERE state = 'ready'`,
    );
    return new Set(rows.map((row) => row.socket_path));
  }

  /** Ids of the indexes that follow the live snapshot of a space for a dataset. */
  async followers(spaceId: string, datasetId: string): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT i.id FROM search_indexes i
         JOIN search_index_versions v ON v.id = coalesce(i.next_id, i.current_id)
         JOIN snapshots s ON s.id = v.snapshot_id
        WHERE i.follow_live AND s.space_id = $1 AND i.dataset_id = $2`,
      [spaceId, datasetId],
    );
    return rows.map(({ id }) => id);
  }

  /** @throws DomainError `search-index-name-taken` */
  async insert(index: SearchIndex, tx: Tx): Promise<void> {
    try {
      await tx.insert(SearchIndex, index);
    } catch (error) {
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
      throw new DomainError(
        'search-index-name-taken',
        `A search index is already named ${index.name}. Choose another name, or switch that one to your snapshot.`,
      );
    }
  }

  /** Adds the version that answers as soon as its server is ready. The index must be locked. */
  async insertNext(version: Omit<SearchIndexVersion, 'version'>, tx: Tx): Promise<void> {
    await tx.query(
      `INSERT INTO search_index_versions (id, search_index_id, version, snapshot_id, encoder_tree, reads_texts, created_at)
       SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6 FROM search_index_versions WHERE search_index_id = $2`,
      [
        version.id,
        version.searchIndexId,
        version.snapshotId,
        version.encoderTree,
        version.readsTexts,
        version.createdAt,
      ],
    );
    await tx.update(SearchIndex, { id: version.searchIndexId }, { nextId: version.id });
  }

  async update(id: string, changes: Partial<Pick<SearchIndex, 'followLive' | 'nextId'>>, tx: Tx): Promise<void> {
    await tx.update(SearchIndex, { id }, changes);
  }

  async delete(id: string, tx: Tx): Promise<boolean> {
    const { affected } = await tx.delete(SearchIndex, { id });
    return affected === 1;
  }

  /** The switch: every index whose next version is ready is answered by it from the moment this commits. @returns their ids */
  async promoteReady(tx: Tx): Promise<string[]> {
    const [rows]: [{ id: string }[], number] = await tx.query(
      `UPDATE search_indexes i SET previous_id = current_id, current_id = next_id, next_id = NULL, switched_at = now()
         FROM search_servers srv WHERE srv.search_index_version_id = i.next_id AND srv.state = 'ready' RETURNING i.id`,
    );
    return rows.map(({ id }) => id);
  }

  /** The way back: the version before answers again, if its server is ready. @returns whether it was */
  async swapBack(id: string, tx: Tx): Promise<boolean> {
    const [rows]: [unknown[], number] = await tx.query(
      `UPDATE search_indexes i
          SET current_id = previous_id, previous_id = current_id, next_id = NULL, follow_live = false, switched_at = now()
         FROM search_servers srv WHERE i.id = $1 AND srv.search_index_version_id = i.previous_id AND srv.state = 'ready' RETURNING 1`,
      [id],
    );
    return rows.length === 1;
  }

  /** Servers of versions that are neither current nor previous nor next are not needed any more. */
  async retireServers(indexId: string, tx: Tx): Promise<void> {
    await tx.query(
      `UPDATE search_servers SET wanted = false WHERE wanted AND search_index_version_id IN (
         SELECT v.id FROM search_index_versions v JOIN search_indexes i ON i.id = v.search_index_id
          WHERE i.id = $1 AND v.id IS DISTINCT FROM i.current_id AND v.id IS DISTINCT FROM i.previous_id AND v.id IS DISTINCT FROM i.next_id)`,
      [indexId],
    );
  }
}
