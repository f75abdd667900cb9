import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/index.js';
import { notFound, type Page } from '../kernel/index.js';
import type { Dataset } from './dataset.entity.js';
import type { DatasetItemRow } from './dataset-item.entity.js';
import type { DatasetVersion } from './dataset-version.entity.js';
import { DatasetVersionsRepository, type ItemFilter } from './dataset-versions.repository.js';
import { DatasetsRepository } from './datasets.repository.js';

export interface VersionOfDataset {
  readonly version: DatasetVersion;
  readonly dataset: Dataset;
}

export interface Picture {
  readonly image: DatasetItemRow['image'];
  /** Opens the picture's own bytes within the version's images. */
  open(): Promise<Readable>;
}

@Injectable()
export class DatasetVersionsService {
  constructor(
    private readonly versions: DatasetVersionsRepository,
    private readonly datasets: DatasetsRepository,
    private readonly artifacts: ArtifactsService,
  ) {}

  /** @throws DomainError `not-found` */
  async get(id: string): Promise<VersionOfDataset> {
    const version = await this.versions.find(id);
    const dataset = version === null ? null : await this.datasets.find(version.datasetId);
    if (version === null || dataset === null) throw notFound('dataset version', id);
    return { version, dataset };
  }

  list(datasetId: string, page: Parameters<DatasetVersionsRepository['list']>[1]): Promise<Page<DatasetVersion>> {
    return this.versions.list(datasetId, page);
  }

  async listItems(
    versionId: string,
    filter: ItemFilter,
    page: Parameters<DatasetVersionsRepository['listItems']>[2],
  ): Promise<Page<DatasetItemRow>> {
    await this.get(versionId);
    return this.versions.listItems(versionId, filter, page);
  }

  /** @throws DomainError `not-found`, `artifact-missing` */
  async picture(versionId: string, itemId: string): Promise<Picture> {
    const { version } = await this.get(versionId);
    const item = await this.versions.findItem(versionId, itemId);
    if (item === null) throw notFound('item', itemId);
    const { offset, length } = item.image;
    return { image: item.image, open: () => this.artifacts.openBlob(version.imagesHash, { start: offset, length }) };
  }
}
