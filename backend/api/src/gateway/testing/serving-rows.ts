import { randomBytes } from 'node:crypto';
import { newId } from '../../kernel/index.js';
import type { TestDatabase } from '../../testing/database.js';
import { hashSecret } from '../tokens.js';

export interface ServingRows {
  readonly endpointId: string;
  readonly endpoint: string;
  /** An API token with scopes `inference:call` and `feedback:write`. */
  readonly token: string;
  readonly versions: { readonly control: string; readonly treatment: string };
}

/** Rows of one live endpoint with two variants at 50 % each, whose model servers are not there yet. */
export async function insertServingRows(database: TestDatabase, endpoint = 'tagging'): Promise<ServingRows> {
  const [personId, modelId, endpointId] = [newId(), newId(), newId()];
  const versions = { control: newId(), treatment: newId() };
  await database.query(
    `INSERT INTO people (id, email, name, role, password_hash, created_at) VALUES ($1, $2, 'Ada', 'researcher', 'none', now())`,
    [personId, `${personId}@test.example`],
  );
  await database.query(`INSERT INTO models (id, name, created_at) VALUES ($1, $2, now())`, [
    modelId,
    `model-of-${endpoint}`,
  ]);
  for (const [i, id] of [versions.control, versions.treatment].entries()) {
    await database.query(
      `INSERT INTO model_versions (id, model_id, version, run_id, tree_hash, lineage, manifest, metrics, created_at)
       VALUES ($1, $2, $3, $4, $5, '{}', '{"components":{"head":{}}}', '{}', now())`,
      [id, modelId, i + 1, newId(), randomBytes(32).toString('hex')],
    );
  }
  await database.query(
    `INSERT INTO endpoints (id, name, model_id, state, traffic_revision, created_by, created_at) VALUES ($1, $2, $3, 'live', 1, $4, now())`,
    [endpointId, endpoint, modelId, personId],
  );
  await database.query(
    `INSERT INTO endpoint_variants (endpoint_id, name, position, role, model_version_id, weight)
     VALUES ($1, 'native', 0, 'control', $2, 0.5), ($1, 'swapped', 1, 'treatment', $3, 0.5)`,
    [endpointId, versions.control, versions.treatment],
  );
  const token = await insertToken(database, personId, ['inference:call', 'feedback:write']);
  return { endpointId, endpoint, token, versions };
}

export async function insertToken(
  database: TestDatabase,
  personId: string | null,
  scopes: readonly string[],
): Promise<string> {
  const token = `gft_${randomBytes(32).toString('base64url')}`;
  await database.query(
    `INSERT INTO api_tokens (id, person_id, name, scopes, secret_hash, created_at)
     VALUES ($1, coalesce($2::uuid, (SELECT id FROM people LIMIT 1)), 'test', $3, $4, now())`,
    [newId(), personId, scopes, hashSecret(token)],
  );
  return token;
}

/** What the worker writes once a serve sandbox answers. */
export async function markServerReady(
  database: TestDatabase,
  modelVersionId: string,
  socketPath: string,
): Promise<void> {
  await database.query(
    `INSERT INTO model_servers (model_version_id, wanted, state, socket_path, changed_at) VALUES ($1, true, 'ready', $2, now())
     ON CONFLICT (model_version_id) DO UPDATE SET state = 'ready', socket_path = excluded.socket_path`,
    [modelVersionId, socketPath],
  );
}
