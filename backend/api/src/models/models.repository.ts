import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newId, window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import { ModelAlias } from './model-alias.entity.js';
import { Model } from './model.entity.js';
import { ModelVersion } from './model-version.entity.js';

export interface VersionsFilter {
  readonly modelId?: string | undefined;
  readonly runId?: string | undefined;
}

@Injectable()
export class ModelsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async list(page: PageRequest<'name' | 'createdAt'>): Promise<Page<Model>> {
    const [items, total] = await this.dataSource.manager.findAndCount(Model, {
      order: { [page.sort]: page.order, id: 'ASC' },
      ...window(page),
    });
    return { items, total };
  }

  find(id: string, tx: Tx = this.dataSource.manager): Promise<Model | null> {
    return tx.findOneBy(Model, { id });
  }

  findByName(name: string, tx: Tx = this.dataSource.manager): Promise<Model | null> {
    return tx.findOneBy(Model, { name });
  }

  async findMany(ids: readonly string[]): Promise<Model[]> {
    return await this.dataSource.manager
      .createQueryBuilder(Model, 'model')
      .where('model.id = ANY(:ids)', { ids })
      .getMany();
  }

  /** @returns false when the name is taken */
  async insert(model: Model, tx: Tx): Promise<boolean> {
    const result = await tx
      .createQueryBuilder()
      .insert()
      .into(Model)
      .values(model)
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  aliasesOf(modelIds: readonly string[], tx: Tx = this.dataSource.manager): Promise<ModelAlias[]> {
    return tx
      .createQueryBuilder(ModelAlias, 'alias')
      .where('alias.modelId = ANY(:modelIds)', { modelIds })
      .orderBy('alias.alias')
      .getMany();
  }

  async setAlias(alias: ModelAlias, tx: Tx): Promise<void> {
    await tx.upsert(ModelAlias, alias, ['modelId', 'alias']);
  }

  async deleteAlias(modelId: string, alias: string, tx: Tx): Promise<void> {
    await tx.delete(ModelAlias, { modelId, alias });
  }

  async listVersions(filter: VersionsFilter, page: PageRequest<'version' | 'createdAt'>): Promise<Page<ModelVersion>> {
    const { modelId, runId } = filter;
    const where = { ...(modelId === undefined ? {} : { modelId }), ...(runId === undefined ? {} : { runId }) };
    const [items, total] = await this.dataSource.manager.findAndCount(ModelVersion, {
      where,
      order: { [page.sort]: page.order, id: 'ASC' },
      ...window(page),
    });
    return { items, total };
  }

  findVersion(id: string, tx: Tx = this.dataSource.manager): Promise<ModelVersion | null> {
    return tx.findOneBy(ModelVersion, { id });
  }

  findVersionOfRun(runId: string): Promise<ModelVersion | null> {
    return this.dataSource.manager.findOneBy(ModelVersion, { runId });
  }

  findVersionByNumber(modelId: string, version: number): Promise<ModelVersion | null> {
    return this.dataSource.manager.findOneBy(ModelVersion, { modelId, version });
  }

  async findVersionByAlias(
    modelId: string,
    alias: string,
    tx: Tx = this.dataSource.manager,
  ): Promise<ModelVersion | null> {
    const found = await tx.findOneBy(ModelAlias, { modelId, alias });
    return found === null ? null : await this.findVersion(found.versionId, tx);
  }

  /** The next number of the model, settled under a lock on the model; the version of the same run where it was stored before. */
  async insertVersion(version: Omit<ModelVersion, 'id' | 'version'>, tx: Tx): Promise<ModelVersion> {
    await tx.query('SELECT id FROM models WHERE id = $1 FOR UPDATE', [version.modelId]);
    const [{ next }]: [{ next: number }] = await tx.query(
      'SELECT coalesce(max(version), 0) + 1 AS next FROM model_versions WHERE model_id = $1',
      [version.modelId],
    );
    await tx
      .createQueryBuilder()
      .insert()
      .into(ModelVersion)
      .values({ ...version, id: newId(), version: next })
      .orIgnore()
      .execute();
    return await tx.findOneByOrFail(ModelVersion, { runId: version.runId });
  }
}
