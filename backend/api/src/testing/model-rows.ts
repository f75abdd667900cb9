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

interface Evaluation {
  readonly modelVersionId: string;
  readonly reportTree: string;
  /** The version's name within the report. */
  readonly candidate: string;
}

/** A run of `evaluate` that succeeded, with the version as its second candidate. */
export async function insertEvaluation(
  database: TestDatabase,
  { modelVersionId, reportTree, candidate }: Evaluation,
): Promise<void> {
  const [experimentId, runId] = [newId(), newId()];
  const parameters = { candidates: [{ name: 'stock' }, { name: candidate }] };
  const input = {
    path: ['candidates', 1, 'bundle'],
    accepts: 'bundle',
    source: { kind: 'model', tree: 'unused', modelVersionId },
  };
  await database.query(
    `INSERT INTO experiments (id, name, spec, created_by, created_at) VALUES ($1, 'compare', '{}', $2, now())`,
    [experimentId, newId()],
  );
  await database.query(
    `INSERT INTO runs (id, experiment_id, name, position, recipe, parameters, inputs, depends_on, limits, seed, state, created_at, ended_at)
     VALUES ($1, $2, 'compare', 0, 'evaluate', $3, $4, '{}', '{}', 1, 'succeeded', now(), now())`,
    [runId, experimentId, parameters, JSON.stringify([input])],
  );
  await database.query(
    `INSERT INTO run_artifacts (run_id, name, kind, tree_hash, file_count, size_bytes, created_at) VALUES ($1, 'report', 'report', $2, 1, 1, now())`,
    [runId, reportTree],
  );
}
