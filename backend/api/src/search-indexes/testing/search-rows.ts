import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ArtifactsService } from '../../artifacts/index.js';
import { newId } from '../../kernel/index.js';
import type { TestApp } from '../../testing/app.js';
import type { TestDatabase } from '../../testing/database.js';

const hash = (): string => randomBytes(32).toString('hex');
const preprocessing = { width: 8, height: 8, fit: 'fill', mean: [0, 0, 0], std: [1, 1, 1] };

/** A dataset with one version, as an import would have left them. */
export async function insertDataset(
  database: TestDatabase,
  name: string,
): Promise<{ datasetId: string; versionId: string }> {
  const [datasetId, importId, versionId] = [newId(), newId(), newId()];
  await database.query(
    `INSERT INTO datasets (id, name, description, tier, created_by, created_by_name, created_at) VALUES ($1, $2, '', 'internal', $1, 'Ada', now())`,
    [datasetId, name],
  );
  await database.query(
    `INSERT INTO dataset_versions (id, dataset_id, version, import_id, tree_hash, images_hash, item_count, pair_count, split_counts, attributes, created_at)
     VALUES ($1, $2, 1, $3, $4, $4, 1, 0, '{"train":1,"val":0,"test":0}', '{}', now())`,
    [versionId, datasetId, importId, hash()],
  );
  return { datasetId, versionId };
}

/** A space whose encoder is a stored bundle; `readsTexts` gives it a text_encoder. */
export async function insertSpace(
  database: TestDatabase,
  { app, home }: TestApp,
  readsTexts: boolean,
): Promise<string> {
  const space = {
    id: `sp_${randomBytes(16).toString('hex')}`,
    definition: { encoderSha256: hash(), preprocessing, pooling: 'mean', normalised: true, dim: 4, dtype: 'float32' },
  };
  const component = {
    graph: { path: 'e.onnx', sha256: hash(), sizeBytes: 1 },
    weights: [],
    inputs: [],
    outputs: [],
    space,
  };
  const components = { vision_encoder: component, ...(readsTexts ? { text_encoder: component } : {}) };
  const manifest = { format: 'graft-bundle', formatVersion: 1, name: 'b', components, labels: {}, metadata: {} };
  const folder = path.join(home, `bundle-${space.id}`);
  await mkdir(folder);
  await writeFile(path.join(folder, 'bundle.json'), JSON.stringify(manifest));
  const { hash: tree } = await app.get(ArtifactsService).putTree(folder, 'internal');
  await database.query('INSERT INTO spaces (id, definition, encoder_tree, created_at) VALUES ($1, $2, $3, now())', [
    space.id,
    space.definition,
    tree,
  ]);
  return space.id;
}

export async function insertSnapshot(
  database: TestDatabase,
  spaceId: string,
  datasetVersionId: string,
): Promise<string> {
  const id = newId();
  await database.query(
    `INSERT INTO snapshots (id, space_id, dataset_version_id, run_id, tree_hash, item_count, encoded_count, reused_count, created_at)
     VALUES ($1, $2, $3, $4, $5, 1, 1, 0, now())`,
    [id, spaceId, datasetVersionId, newId(), hash()],
  );
  return id;
}

/** As an admin would, after an inspection that carries it. */
export async function declareCompatible(
  database: TestDatabase,
  querySpaceId: string,
  storedSpaceId: string,
): Promise<void> {
  await database.query(
    `INSERT INTO space_compatibilities (id, query_space_id, stored_space_id, map, run_id, overlap, overlap_low, queries, reason, declared_by, declared_by_name, created_at)
     VALUES ($1, $2, $3, 'none', $1, 0.99, 0.98, 100, 'measured', $1, 'Ada', now())`,
    [newId(), querySpaceId, storedSpaceId],
  );
}
