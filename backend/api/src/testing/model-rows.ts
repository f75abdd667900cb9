import { randomBytes } from 'node:crypto';
import { newId } from '../kernel/index.js';
import type { TestDatabase } from './database.js';

/** One model with versions 1..count that have a head, as runs would have registered them. */
export async function insertModel(
  database: TestDatabase,
  name: string,
  count: number,
): Promise<{ modelId: string; versionIds: string[] }> {
  const modelId = newId();
  await database.query('INSERT INTO models (id, name, created_at) VALUES ($1, $2, now())', [modelId, name]);
  const versionIds: string[] = [];
  for (let version = 1; version <= count; version++) {
    const [id, runId, treeHash] = [newId(), newId(), randomBytes(32).toString('hex')];
    const lineage = {
      runId,
      experimentId: newId(),
      recipe: 'finetune',
      datasetVersionId: null,
      spaceId: null,
      snapshotId: null,
      baseVersionId: null,
      baseTree: null,
      codeRevision: 'test',
      seed: 1,
    };
    const manifest = { components: { head: {} } };
    await database.query(
      `INSERT INTO model_versions (id, model_id, version, run_id, tree_hash, lineage, manifest, metrics, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, '{}', now())`,
      [id, modelId, version, runId, treeHash, lineage, manifest],
    );
    versionIds.push(id);
  }
  return { modelId, versionIds };
}
