import { Injectable } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/index.js';
import { DomainError, invalidField, newId, notFound, type Page } from '../kernel/index.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import type { ModelAlias } from './model-alias.entity.js';
import type { Model } from './model.entity.js';
import type { ModelVersion } from './model-version.entity.js';
import { ModelsRepository, type VersionsFilter } from './models.repository.js';

/** The alias that decides what customers get. Only a rollout moves it. */
export const CHAMPION = 'champion';

export interface ModelWithAliases extends Model {
  aliases: ModelAlias[];
}

export interface NamedVersion extends ModelVersion {
  modelName: string;
  aliases: string[];
}

export type NewVersion = Omit<ModelVersion, 'id' | 'version' | 'modelId' | 'createdAt'> & { modelName: string };

@Injectable()
export class ModelsService {
  constructor(
    private readonly models: ModelsRepository,
    private readonly artifacts: ArtifactsService,
    private readonly transactions: Transactions,
    private readonly live: Live,
  ) {}

  async list(page: Parameters<ModelsRepository['list']>[0]): Promise<Page<ModelWithAliases>> {
    const { items, total } = await this.models.list(page);
    return { items: await this.withAliases(items), total };
  }

  async get(id: string): Promise<ModelWithAliases> {
    const model = await this.models.find(id);
    const [found] = model === null ? [] : await this.withAliases([model]);
    if (found === undefined) throw notFound('model', id);
    return found;
  }

  async create(name: string, description: string): Promise<ModelWithAliases> {
    const model: Model = { id: newId(), name, description, createdAt: new Date() };
    await this.transactions.run(async (tx) => {
      if (!(await this.models.insert(model, tx)))
        throw new DomainError('model-name-taken', `A model named ${name} exists already. Choose another name.`);
      await this.live.changed(tx, { resource: 'models', id: model.id, type: 'created' });
    });
    return { ...model, aliases: [] };
  }

  async listVersions(
    filter: VersionsFilter,
    page: Parameters<ModelsRepository['listVersions']>[1],
  ): Promise<Page<NamedVersion>> {
    const { items, total } = await this.models.listVersions(filter, page);
    return { items: await this.withNames(items), total };
  }

  async getVersion(id: string): Promise<NamedVersion> {
    const version = await this.findVersion(id);
    if (version === null) throw notFound('model version', id);
    return version;
  }

  async findVersion(id: string): Promise<NamedVersion | null> {
    const version = await this.models.findVersion(id);
    const [named] = version === null ? [] : await this.withNames([version]);
    return named ?? null;
  }

  /** @param text a version's number or an alias */
  async resolve(modelName: string, text: string): Promise<ModelVersion | null> {
    const model = await this.models.findByName(modelName);
    if (model === null) return null;
    return /^[1-9]\d{0,8}$/.test(text)
      ? await this.models.findVersionByNumber(model.id, Number(text))
      : await this.models.findVersionByAlias(model.id, text);
  }

  findVersionOfRun(runId: string): Promise<ModelVersion | null> {
    return this.models.findVersionOfRun(runId);
  }

  /** @throws DomainError `champion-protected`; `validation-failed` for digits only, which always name a version by its number */
  async setAlias(modelId: string, alias: string, versionId: string): Promise<ModelWithAliases> {
    if (alias === CHAMPION) {
      throw new DomainError(
        'champion-protected',
        'The champion moves only through an approved rollout: request a rollout of this version instead.',
      );
    }
    if (/^\d+$/.test(alias))
      throw invalidField('alias', 'a name with more than digits, because MODEL@3 always means version 3', alias);
    await this.transactions.run(async (tx) => {
      if ((await this.models.find(modelId, tx)) === null) throw notFound('model', modelId);
      await this.move(modelId, alias, versionId, tx);
    });
    return await this.get(modelId);
  }

  /**
   * For rollouts only: makes a version the champion of its model, in the transaction that decides it.
   * @returns the version that was champion before
   */
  async moveChampion(versionId: string, tx: Tx): Promise<string | null> {
    const version = await this.models.findVersion(versionId, tx);
    if (version === null) throw notFound('model version', versionId);
    const before =
      (await this.models.aliasesOf([version.modelId], tx)).find(({ alias }) => alias === CHAMPION)?.versionId ?? null;
    await this.move(version.modelId, CHAMPION, versionId, tx);
    return before;
  }

  /** For rollouts only: leaves the model without a champion, as it was before its first rollout. */
  async clearChampion(modelId: string, tx: Tx): Promise<void> {
    await this.models.deleteAlias(modelId, CHAMPION, tx);
    await this.live.changed(tx, { resource: 'models', id: modelId, type: 'updated' });
  }

  async findChampion(modelId: string, tx?: Tx): Promise<ModelVersion | null> {
    return await this.models.findVersionByAlias(modelId, CHAMPION, tx);
  }

  /** Registers the bundle of a run, making the model when it does not exist. Repeating it changes nothing. */
  async register({ modelName, ...version }: NewVersion, tx: Tx): Promise<ModelVersion> {
    const now = new Date();
    await this.models.insert({ id: newId(), name: modelName, description: '', createdAt: now }, tx);
    const model = await this.models.findByName(modelName, tx);
    if (model === null) throw new Error(`model ${modelName} was inserted and is not there`);
    const stored = await this.models.insertVersion({ ...version, modelId: model.id, createdAt: now }, tx);
    await this.artifacts.reference(tx, stored.treeHash, { type: 'model-versions', id: stored.id });
    await this.live.changed(tx, { resource: 'model-versions', id: stored.id, type: 'created' });
    await this.live.changed(tx, { resource: 'models', id: model.id, type: 'updated' });
    return stored;
  }

  private async move(modelId: string, alias: string, versionId: string, tx: Tx): Promise<void> {
    const version = await this.models.findVersion(versionId, tx);
    if (version?.modelId !== modelId) throw invalidField('versionId', 'a version of this model', versionId);
    await this.models.setAlias({ modelId, alias, versionId, movedAt: new Date() }, tx);
    await this.live.changed(tx, { resource: 'models', id: modelId, type: 'updated' });
    await this.live.changed(tx, { resource: 'model-versions', id: versionId, type: 'updated' });
  }

  private async withAliases(models: readonly Model[]): Promise<ModelWithAliases[]> {
    const aliases = await this.models.aliasesOf(models.map(({ id }) => id));
    return models.map((model) => ({ ...model, aliases: aliases.filter(({ modelId }) => modelId === model.id) }));
  }

  private async withNames(versions: readonly ModelVersion[]): Promise<NamedVersion[]> {
    const modelIds = [...new Set(versions.map(({ modelId }) => modelId))];
    const [models, aliases] = await Promise.all([this.models.findMany(modelIds), this.models.aliasesOf(modelIds)]);
    return versions.map((version) => ({
      ...version,
      modelName: models.find(({ id }) => id === version.modelId)?.name ?? '',
      aliases: aliases.filter(({ versionId }) => versionId === version.id).map(({ alias }) => alias),
    }));
  }
}
