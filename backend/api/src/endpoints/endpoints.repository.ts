import { Injectable } from '@nestjs/common';
import { DataSource, In, type FindOptionsWhere } from 'typeorm';
import { DomainError, window, type Page, type PageRequest } from '../kernel/index.js';
import { Model, ModelVersion } from '../models/index.js';
import type { Tx } from '../platform/database/index.js';
import { ModelServer } from '../sandboxes/index.js';
import { Endpoint, EndpointVariant, TrafficRevision } from './endpoint.entity.js';
import { endpointStates, type EndpointState } from './endpoint.states.js';
import type { VariantWeight } from './traffic.policy.js';

export interface EndpointFilter extends PageRequest<'name' | 'createdAt'> {
  readonly state?: EndpointState | undefined;
  readonly modelId?: string | undefined;
}

/** What one variant saw in the last 24 hours. */
export interface VariantTraffic {
  readonly requests: number;
  readonly errors: number;
  readonly units: number;
  readonly latencyP50Ms: number | null;
  readonly latencyP95Ms: number | null;
}

const UNIQUE_VIOLATION = '23505';

@Injectable()
export class EndpointsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws DomainError `endpoint-name-taken` */
  async insert(endpoint: Endpoint, variants: readonly EndpointVariant[], tx: Tx): Promise<void> {
    try {
      await tx.insert(Endpoint, endpoint);
    } catch (error) {
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
      throw new DomainError(
        'endpoint-name-taken',
        `A live endpoint is already named ${endpoint.name}. Choose another name or retire that one first.`,
      );
    }
    await tx.insert(EndpointVariant, [...variants]);
  }

  find(id: string, tx: Tx = this.dataSource.manager): Promise<Endpoint | null> {
    return tx.findOneBy(Endpoint, { id });
  }

  async list(filter: EndpointFilter): Promise<Page<Endpoint>> {
    const where: FindOptionsWhere<Endpoint> = {
      ...(filter.state === undefined ? {} : { state: filter.state }),
      ...(filter.modelId === undefined ? {} : { modelId: filter.modelId }),
    };
    const [items, total] = await this.dataSource.manager.findAndCount(Endpoint, {
      where,
      order: { [filter.sort]: filter.order, id: 'ASC' },
      ...window(filter),
    });
    return { items, total };
  }

  /** In the order of their bucket ranges. */
  variantsOf(endpointIds: readonly string[], tx: Tx = this.dataSource.manager): Promise<EndpointVariant[]> {
    return tx.find(EndpointVariant, {
      where: { endpointId: In([...endpointIds]) },
      order: { endpointId: 'ASC', position: 'ASC' },
    });
  }

  /** Endpoint id and variant name joined by a slash -> what it saw. */
  async traffic(endpointIds: readonly string[]): Promise<Map<string, VariantTraffic>> {
    const rows = await this.dataSource.query<(VariantTraffic & { endpointId: string; variant: string })[]>(
      `SELECT endpoint_id AS "endpointId", variant, count(*)::int AS requests, count(*) FILTER (WHERE status >= 500)::int AS errors,
              count(DISTINCT unit)::int AS units,
              percentile_cont(0.5) WITHIN GROUP (ORDER BY latency_ms) AS "latencyP50Ms",
              percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms) AS "latencyP95Ms"
         FROM exposures
        WHERE endpoint_id = ANY($1) AND at > now() - interval '24 hours'
        GROUP BY endpoint_id, variant`,
      [endpointIds],
    );
    return new Map(rows.map(({ endpointId, variant, ...traffic }) => [`${endpointId}/${variant}`, traffic]));
  }

  /**
   * Puts new weights in force and keeps them on record. The endpoint's row stays locked until the transaction ends, so two changes follow each other.
   * @throws DomainError `endpoint-retired`
   */
  async changeWeights(id: string, weights: readonly VariantWeight[], changedBy: string, tx: Tx): Promise<void> {
    const [rows] = await tx.query<[{ revision: number }[], number]>(
      `UPDATE endpoints SET traffic_revision = traffic_revision + 1 WHERE id = $1 AND state = 'live' RETURNING traffic_revision AS revision`,
      [id],
    );
    const revision = rows[0]?.revision;
    if (revision === undefined) throw retired();
    for (const { name, weight } of weights) await tx.update(EndpointVariant, { endpointId: id, name }, { weight });
    await this.recordRevision(
      {
        endpointId: id,
        revision,
        weights: Object.fromEntries(weights.map(({ name, weight }) => [name, weight])),
        changedBy,
        changedAt: new Date(),
      },
      tx,
    );
  }

  async recordRevision(revision: TrafficRevision, tx: Tx): Promise<void> {
    await tx.insert(TrafficRevision, revision);
  }

  /** @throws DomainError `endpoint-retired` when someone else was faster */
  async retire(id: string, tx: Tx): Promise<void> {
    endpointStates.assertMove('live', 'retired');
    const { affected } = await tx.update(Endpoint, { id, state: 'live' }, { state: 'retired', retiredAt: new Date() });
    if (affected !== 1) throw retired();
  }

  /** Of these model versions, those that are a variant of a live endpoint, with traffic or without: traffic can come back at once. */
  async servedVersions(versionIds: readonly string[], tx: Tx): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }[]>(
      `SELECT DISTINCT v.model_version_id AS id
         FROM endpoint_variants v
         JOIN endpoints e ON e.id = v.endpoint_id
        WHERE e.state = 'live' AND v.model_version_id = ANY($1)`,
      [versionIds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  modelVersions(ids: readonly string[]): Promise<ModelVersion[]> {
    return this.dataSource.manager.findBy(ModelVersion, { id: In([...ids]) });
  }

  models(ids: readonly string[]): Promise<Model[]> {
    return this.dataSource.manager.findBy(Model, { id: In([...ids]) });
  }

  serversOf(versionIds: readonly string[]): Promise<ModelServer[]> {
    return this.dataSource.manager.findBy(ModelServer, { modelVersionId: In([...versionIds]) });
  }
}

function retired(): DomainError {
  return new DomainError('endpoint-retired', 'This endpoint is retired and serves nothing any more. Create a new one.');
}
