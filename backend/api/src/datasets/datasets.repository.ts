import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import { Dataset } from './dataset.entity.js';
import { DatasetVersion } from './dataset-version.entity.js';

export interface DatasetSummary {
  readonly dataset: Dataset;
  readonly latest: DatasetVersion | null;
  readonly versionCount: number;
}

@Injectable()
export class DatasetsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns false when the name is taken */
  async insert(dataset: Dataset, tx: Tx): Promise<boolean> {
    const result = await tx
      .createQueryBuilder()
      .insert()
      .into(Dataset)
      .values(dataset)
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  find(id: string, tx: Tx = this.dataSource.manager): Promise<Dataset | null> {
    return tx.findOneBy(Dataset, { id });
  }

  findByName(name: string, tx: Tx = this.dataSource.manager): Promise<Dataset | null> {
    return tx.findOneBy(Dataset, { name });
  }

  /** Locks the dataset, so that versions get their numbers one after another. */
  lock(id: string, tx: Tx): Promise<Dataset | null> {
    return tx.findOne(Dataset, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async list(
    filter: { q?: string | undefined },
    page: PageRequest<'name' | 'createdAt'>,
  ): Promise<Page<DatasetSummary>> {
    const query = this.dataSource.manager
      .createQueryBuilder(Dataset, 'dataset')
      .orderBy(`dataset.${page.sort}`, page.order === 'asc' ? 'ASC' : 'DESC')
      .addOrderBy('dataset.id')
      .skip(window(page).skip)
      .take(window(page).take);
    if (filter.q !== undefined) query.andWhere('strpos(dataset.name, lower(:q)) > 0', { q: filter.q });
    const [datasets, total] = await query.getManyAndCount();
    return { items: await this.summaries(datasets), total };
  }

  /** Adds the latest version and the number of versions to each dataset. */
  async summaries(datasets: Dataset[]): Promise<DatasetSummary[]> {
    const ids = datasets.map((dataset) => dataset.id);
    const latest = await this.dataSource.manager
      .createQueryBuilder(DatasetVersion, 'version')
      .distinctOn(['version.datasetId'])
      .where({ datasetId: In(ids) })
      .orderBy('version.datasetId')
      .addOrderBy('version.version', 'DESC')
      .getMany();
    const byDataset = new Map(latest.map((version) => [version.datasetId, version]));
    return datasets.map((dataset) => {
      const version = byDataset.get(dataset.id) ?? null;
      return { dataset, latest: version, versionCount: version?.version ?? 0 };
    });
  }
}
