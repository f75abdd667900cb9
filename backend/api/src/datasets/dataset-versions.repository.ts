import { pipeline } from 'node:stream/promises';
import type { DatasetItem } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { DataSource } from 'typeorm';
import { window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import { DatasetItemRow } from './dataset-item.entity.js';
import { DatasetVersion } from './dataset-version.entity.js';

export interface ItemFilter {
  readonly split?: string | undefined;
  readonly q?: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
}

/** How the items of a version stand to those of an earlier one. */
export interface VersionChanges {
  readonly items: number;
  /** Same item, same picture. */
  readonly covered: number;
  /** Same item, another picture. */
  readonly stale: number;
  /** Not in the earlier version. */
  readonly missing: number;
}

const itemColumns = { ordinal: 'ordinal', id: 'itemId', title: 'title' } as const;

@Injectable()
export class DatasetVersionsRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(id: string): Promise<DatasetVersion | null> {
    return this.dataSource.manager.findOneBy(DatasetVersion, { id });
  }

  /** @param version the number; the latest where it is not given */
  async findByNumber(datasetId: string, version?: number): Promise<DatasetVersion | null> {
    const [found] = await this.dataSource.manager.find(DatasetVersion, {
      where: version === undefined ? { datasetId } : { datasetId, version },
      order: { version: 'DESC' },
      take: 1,
    });
    return found ?? null;
  }

  async list(datasetId: string, page: PageRequest<'version'>): Promise<Page<DatasetVersion>> {
    const [items, total] = await this.dataSource.manager.findAndCount(DatasetVersion, {
      where: { datasetId },
      order: { version: page.order },
      ...window(page),
    });
    return { items, total };
  }

  async lastNumber(datasetId: string, tx: Tx): Promise<number> {
    return (await tx.maximum(DatasetVersion, 'version', { datasetId })) ?? 0;
  }

  async insert(version: DatasetVersion, tx: Tx): Promise<void> {
    await tx.insert(DatasetVersion, version);
  }

  /** Copies items into the table at the speed of COPY. @returns how many there were */
  async copyItems(versionId: string, items: AsyncIterable<DatasetItem>, tx: Tx): Promise<number> {
    const client = (await tx.queryRunner?.connect()) as PoolClient | undefined;
    if (client === undefined) throw new Error('Items are copied inside a transaction');
    const copy = client.query(
      copyFrom('COPY dataset_items (version_id, ordinal, item_id, title, split, attributes, image) FROM STDIN'),
    );
    let ordinal = 0;
    await pipeline(async function* () {
      for await (const item of items) {
        const { id, title, split, attributes, image } = item;
        yield `${[versionId, String(ordinal), id, title, split, JSON.stringify(attributes), JSON.stringify(image)].map(copyText).join('\t')}\n`;
        ordinal += 1;
      }
    }, copy);
    return ordinal;
  }

  /** What of `after` was the same in `before`, by item id and picture. */
  async compare(before: string, after: string): Promise<VersionChanges> {
    const [row]: [Record<keyof VersionChanges, string>] = await this.dataSource.query(
      `SELECT count(*) AS items,
         count(*) FILTER (WHERE old.image ->> 'sha256' = new.image ->> 'sha256') AS covered,
         count(*) FILTER (WHERE old.image ->> 'sha256' <> new.image ->> 'sha256') AS stale,
         count(*) FILTER (WHERE old.item_id IS NULL) AS missing
       FROM dataset_items new LEFT JOIN dataset_items old ON old.version_id = $1 AND old.item_id = new.item_id
       WHERE new.version_id = $2`,
      [before, after],
    );
    const { items, covered, stale, missing } = row;
    return { items: Number(items), covered: Number(covered), stale: Number(stale), missing: Number(missing) };
  }

  findItem(versionId: string, itemId: string): Promise<DatasetItemRow | null> {
    return this.dataSource.manager.findOneBy(DatasetItemRow, { versionId, itemId });
  }

  async listItems(
    versionId: string,
    filter: ItemFilter,
    page: PageRequest<keyof typeof itemColumns>,
  ): Promise<Page<DatasetItemRow>> {
    const query = this.dataSource.manager
      .createQueryBuilder(DatasetItemRow, 'item')
      .where({ versionId })
      .orderBy(`item.${itemColumns[page.sort]}`, page.order === 'asc' ? 'ASC' : 'DESC')
      .addOrderBy('item.ordinal')
      .skip(window(page).skip)
      .take(window(page).take);
    if (filter.split !== undefined) query.andWhere('item.split = :split', { split: filter.split });
    if (filter.q !== undefined)
      query.andWhere('(strpos(lower(item.title), lower(:q)) > 0 OR strpos(lower(item.itemId), lower(:q)) > 0)', {
        q: filter.q,
      });
    if (Object.keys(filter.attributes).length > 0)
      query.andWhere('item.attributes @> :attributes::jsonb', { attributes: JSON.stringify(filter.attributes) });
    const [items, total] = await query.getManyAndCount();
    return { items, total };
  }
}

/** A value in COPY's text format. */
function copyText(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}
