import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../kernel/index.js';
import { Transactions } from '../platform/database/index.js';
import { useDatabase } from '../testing/database.js';
import { ModelAlias } from './model-alias.entity.js';
import { Model } from './model.entity.js';
import { ModelVersion } from './model-version.entity.js';
import { ModelsRepository } from './models.repository.js';

const database = useDatabase();
let dataSource: DataSource;
let models: ModelsRepository;
let transactions: Transactions;

beforeAll(async () => {
  dataSource = await new DataSource({
    type: 'postgres',
    url: database.url,
    entities: [Model, ModelAlias, ModelVersion],
    poolSize: 10,
  }).initialize();
  models = new ModelsRepository(dataSource);
  transactions = new Transactions(dataSource);
});
afterAll(() => dataSource.destroy());

async function aModel(): Promise<string> {
  const id = newId();
  await transactions.run((tx) =>
    models.insert({ id, name: `model-${id}`, description: '', createdAt: new Date() }, tx),
  );
  return id;
}

function version(modelId: string, runId = newId()): Omit<ModelVersion, 'id' | 'version'> {
  const lineage = {
    runId,
    experimentId: newId(),
    recipe: 'finetune',
    datasetVersionId: null,
    spaceId: null,
    snapshotId: null,
  };
  return {
    modelId,
    runId,
    treeHash: 'a'.repeat(64),
    lineage: { ...lineage, baseVersionId: null, baseTree: null, codeRevision: 'x', seed: 1 },
    manifest: { format: 'graft-bundle', formatVersion: 1, name: 'x', components: {}, labels: {}, metadata: {} },
    metrics: {},
    createdAt: new Date(),
  };
}

it('numbers versions without a gap or a repeat when runs end at once', async () => {
  const modelId = await aModel();
  const stored = await Promise.all(
    Array.from({ length: 6 }, () => transactions.run((tx) => models.insertVersion(version(modelId), tx))),
  );
  expect(stored.map(({ version: number }) => number).sort()).toEqual([1, 2, 3, 4, 5, 6]);
});

it('stores the version of a run once', async () => {
  const modelId = await aModel();
  const runId = newId();
  const first = await transactions.run((tx) => models.insertVersion(version(modelId, runId), tx));
  const again = await transactions.run((tx) => models.insertVersion(version(modelId, runId), tx));
  expect(again.id).toBe(first.id);
});

it('moves an alias in one statement', async () => {
  const modelId = await aModel();
  for (const expected of [1, 2]) {
    await transactions.run(async (tx) => {
      const { id: versionId } = await models.insertVersion(version(modelId), tx);
      await models.setAlias({ modelId, alias: 'staging', versionId, movedAt: new Date() }, tx);
    });
    expect((await models.findVersionByAlias(modelId, 'staging'))?.version).toBe(expected);
  }
});
