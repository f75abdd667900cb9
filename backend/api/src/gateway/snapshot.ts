import pg from 'pg';
import { hashSecret, permissionsOfToken, type Permission, type Role } from './tokens.js';

export interface ServedVariant {
  readonly name: string;
  readonly weight: number;
  readonly modelVersionId: string;
  /** Number of the version within its model, as people say it. */
  readonly modelVersion: string;
  /** The model's name: the name its servers go by. */
  readonly modelName: string;
  /** Unix socket of the server that answers; null while none does. */
  readonly socket: string | null;
}

export interface ServedEndpoint {
  readonly id: string;
  readonly name: string;
  readonly trafficRevision: number;
  readonly variants: readonly ServedVariant[];
}

interface TokenGrant {
  readonly permissions: ReadonlySet<Permission>;
  readonly expiresAtMs: number;
}

/** Everything the gateway needs to answer, as it stood at one moment. */
export class Snapshot {
  constructor(
    private readonly endpoints: ReadonlyMap<string, ServedEndpoint>,
    private readonly tokens: ReadonlyMap<string, TokenGrant>,
  ) {}

  endpoint(name: string): ServedEndpoint | undefined {
    return this.endpoints.get(name);
  }

  sockets(): Set<string> {
    const variants = [...this.endpoints.values()].flatMap((endpoint) => endpoint.variants);
    return new Set(variants.flatMap(({ socket }) => (socket === null ? [] : [socket])));
  }

  /** What a token may do; null for one that is unknown, revoked, expired or whose owner is disabled. */
  permissionsOf(token: string): ReadonlySet<Permission> | null {
    const grant = this.tokens.get(hashSecret(token).toString('hex'));
    return grant !== undefined && grant.expiresAtMs > Date.now() ? grant.permissions : null;
  }
}

interface VariantRow {
  endpointId: string;
  endpoint: string;
  trafficRevision: number;
  variant: string;
  weight: number;
  modelVersionId: string;
  modelVersion: string;
  modelName: string;
  socket: string | null;
}

const VARIANTS = `
  SELECT e.id AS "endpointId", e.name AS endpoint, e.traffic_revision AS "trafficRevision", v.name AS variant, v.weight,
         v.model_version_id AS "modelVersionId", mv.version::text AS "modelVersion", m.name AS "modelName", s.socket_path AS socket
    FROM endpoints e
    JOIN endpoint_variants v ON v.endpoint_id = e.id
    JOIN model_versions mv ON mv.id = v.model_version_id
    JOIN models m ON m.id = mv.model_id
    LEFT JOIN model_servers s ON s.model_version_id = v.model_version_id AND s.state = 'ready'
   WHERE e.state = 'live'
   ORDER BY e.id, v.position`;

interface TokenRow {
  hash: string;
  scopes: string[];
  role: Role;
  expiresAt: Date | null;
}

const TOKENS = `
  SELECT encode(t.secret_hash, 'hex') AS hash, t.scopes, p.role, t.expires_at AS "expiresAt"
    FROM api_tokens t
    JOIN people p ON p.id = t.person_id
   WHERE t.revoked_at IS NULL AND NOT p.disabled AND (t.expires_at IS NULL OR t.expires_at > now())`;

export async function loadSnapshot(pool: pg.Pool): Promise<Snapshot> {
  const [variants, tokens] = await Promise.all([pool.query<VariantRow>(VARIANTS), pool.query<TokenRow>(TOKENS)]);
  return new Snapshot(endpointsFrom(variants.rows), tokensFrom(tokens.rows));
}

function endpointsFrom(rows: readonly VariantRow[]): Map<string, ServedEndpoint> {
  const byName = Map.groupBy(rows, (row) => row.endpoint);
  return new Map(
    [...byName].map(([name, variants]) => [
      name,
      {
        id: variants[0]!.endpointId,
        name,
        trafficRevision: variants[0]!.trafficRevision,
        variants: variants.map(({ variant, weight, modelVersionId, modelVersion, modelName, socket }) => ({
          name: variant,
          weight,
          modelVersionId,
          modelVersion,
          modelName,
          socket,
        })),
      },
    ]),
  );
}

function tokensFrom(rows: readonly TokenRow[]): Map<string, TokenGrant> {
  return new Map(
    rows.map(({ hash, role, scopes, expiresAt }) => [
      hash,
      {
        permissions: new Set(permissionsOfToken(role, scopes)),
        expiresAtMs: expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
      },
    ]),
  );
}
