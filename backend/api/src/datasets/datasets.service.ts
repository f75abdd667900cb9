import { Injectable } from '@nestjs/common';
import type { Tier } from '../artifacts/index.js';
import type { Actor } from '../identity/index.js';
import { DomainError, newId, notFound, type Page } from '../kernel/index.js';
import { Transactions } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import type { Dataset } from './dataset.entity.js';
import type { DatasetVersion } from './dataset-version.entity.js';
import { DatasetVersionsRepository, type VersionChanges } from './dataset-versions.repository.js';
import { DatasetsRepository, type DatasetSummary } from './datasets.repository.js';

const COMPARISONS_KEPT = 1_000;

@Injectable()
export class DatasetsService {
  private readonly comparisons = new Map<string, VersionChanges>();

  constructor(
    private readonly datasets: DatasetsRepository,
    private readonly versions: DatasetVersionsRepository,
    private readonly transactions: Transactions,
    private readonly live: Live,
  ) {}

  list(
    filter: { q?: string | undefined },
    page: Parameters<DatasetsRepository['list']>[1],
  ): Promise<Page<DatasetSummary>> {
    return this.datasets.list(filter, page);
  }

  async get(id: string): Promise<Dataset> {
    const dataset = await this.datasets.find(id);
    if (dataset === null) throw notFound('dataset', id);
    return dataset;
  }

  async summary(id: string): Promise<DatasetSummary> {
    const [summary] = await this.datasets.summaries([await this.get(id)]);
    return summary!;
  }

  /** @throws DomainError `dataset-name-taken` */
  async create(actor: Actor, wanted: { name: string; description: string; tier: Tier }): Promise<DatasetSummary> {
    const dataset: Dataset = {
      id: newId(),
      ...wanted,
      createdBy: actor.personId,
      createdByName: actor.name,
      createdAt: new Date(),
    };
    await this.transactions.run(async (tx) => {
      if (!(await this.datasets.insert(dataset, tx))) {
        throw new DomainError(
          'dataset-name-taken',
          `A dataset named ${dataset.name} exists already. Import into it, or choose another name.`,
        );
      }
      await this.live.changed(tx, { resource: 'datasets', id: dataset.id, type: 'created' });
    });
    return { dataset, latest: null, versionCount: 0 };
  }

  /** @returns null where there is no such version */
  findVersion(id: string): Promise<DatasetVersion | null> {
    return this.versions.find(id);
  }

  async getVersion(id: string): Promise<DatasetVersion> {
    const version = await this.versions.find(id);
    if (version === null) throw notFound('dataset version', id);
    return version;
  }

  /** The newest version of a dataset, null before its first. */
  findNewestVersion(datasetId: string): Promise<DatasetVersion | null> {
    return this.versions.findByNumber(datasetId);
  }

  /** How the items of `after` stand to those of `before`. Versions never change, so an answer is kept. */
  async compareVersions(before: string, after: string): Promise<VersionChanges> {
    const pair = `${before} ${after}`;
    const known = this.comparisons.get(pair);
    if (known !== undefined) return known;
    const changes = await this.versions.compare(before, after);
    this.comparisons.set(pair, changes);
    const [oldest] = this.comparisons.keys();
    if (this.comparisons.size > COMPARISONS_KEPT && oldest !== undefined) this.comparisons.delete(oldest);
    return changes;
  }

  /**
   * What `dataset:NAME` or `dataset:NAME@VERSION` refers to.
   *
   * @param version the latest where it is not given
   * @returns null where there is no such dataset, or no such version of it yet
   */
  async findVersionByName(name: string, version?: number): Promise<DatasetVersion | null> {
    const dataset = await this.datasets.findByName(name);
    return dataset === null ? null : this.versions.findByNumber(dataset.id, version);
  }
}
