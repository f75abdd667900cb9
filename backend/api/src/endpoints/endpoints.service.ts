import { Injectable } from '@nestjs/common';
import type { Actor } from '../identity/index.js';
import { invalidField, newId, notFound, type Page } from '../kernel/index.js';
import { Live } from '../platform/live/index.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import { ModelServers, type ServerState } from '../sandboxes/index.js';
import type { Endpoint, EndpointVariant } from './endpoint.entity.js';
import { endpointStates } from './endpoint.states.js';
import { EndpointsRepository, type EndpointFilter, type VariantTraffic } from './endpoints.repository.js';
import {
  checkedWeights,
  checkSameVariants,
  checkVariants,
  type PlannedVariant,
  type VariantWeight,
} from './traffic.policy.js';

export interface NewEndpoint {
  readonly name: string;
  readonly modelId: string;
  readonly variants: readonly (PlannedVariant & { readonly modelVersionId: string })[];
}

export interface VariantView extends Pick<EndpointVariant, 'name' | 'role' | 'weight' | 'modelVersionId'> {
  readonly modelVersion: number;
  readonly serverState: ServerState;
  readonly serverMessage: string | null;
  readonly traffic: VariantTraffic;
}

export interface EndpointView {
  readonly endpoint: Endpoint;
  readonly modelName: string;
  readonly variants: readonly VariantView[];
}

const NO_TRAFFIC: VariantTraffic = { requests: 0, errors: 0, units: 0, latencyP50Ms: null, latencyP95Ms: null };

@Injectable()
export class EndpointsService {
  constructor(
    private readonly repository: EndpointsRepository,
    private readonly servers: ModelServers,
    private readonly transactions: Transactions,
    private readonly live: Live,
  ) {}

  async list(filter: EndpointFilter): Promise<Page<EndpointView>> {
    const { items, total } = await this.repository.list(filter);
    return { items: await this.viewsOf(items), total };
  }

  async get(id: string): Promise<EndpointView> {
    const endpoint = await this.repository.find(id);
    if (endpoint === null) throw notFound('endpoint', id);
    const [view] = await this.viewsOf([endpoint]);
    return view!;
  }

  /** @throws DomainError `validation-failed` naming the variant that cannot be served, `endpoint-name-taken` */
  async create(actor: Actor, wanted: NewEndpoint): Promise<EndpointView> {
    checkVariants(wanted.variants);
    const variants = checkedWeights(wanted.variants);
    await this.checkServable(wanted);
    const endpoint: Endpoint = {
      id: newId(),
      name: wanted.name,
      modelId: wanted.modelId,
      state: endpointStates.initial,
      trafficRevision: 1,
      createdBy: actor.personId,
      createdAt: new Date(),
      retiredAt: null,
    };
    await this.transactions.run(async (tx) => {
      await this.repository.insert(
        endpoint,
        variants.map((variant, position) => ({ ...variant, endpointId: endpoint.id, position })),
        tx,
      );
      const weights = Object.fromEntries(variants.map(({ name, weight }) => [name, weight]));
      await this.repository.recordRevision(
        { endpointId: endpoint.id, revision: 1, weights, changedBy: actor.personId, changedAt: endpoint.createdAt },
        tx,
      );
      await this.wantServers(variants, tx);
      await this.live.changed(tx, { resource: 'endpoints', id: endpoint.id, type: 'created' });
    });
    return this.get(endpoint.id);
  }

  /** @throws DomainError `validation-failed`, `endpoint-retired` */
  async setTraffic(id: string, actor: Actor, given: readonly VariantWeight[]): Promise<EndpointView> {
    await this.transactions.run(async (tx) => {
      const names = (await this.variantsOrNotFound(id, tx)).map(({ name }) => name);
      checkSameVariants(names, given);
      await this.repository.changeWeights(id, checkedWeights(given), actor.personId, tx);
      await this.live.changed(tx, { resource: 'endpoints', id, type: 'updated' });
    });
    return this.get(id);
  }

  /** @throws DomainError `endpoint-retired` */
  async retire(id: string): Promise<EndpointView> {
    await this.transactions.run(async (tx) => {
      const variants = await this.variantsOrNotFound(id, tx);
      await this.repository.retire(id, tx);
      await this.wantServers(variants, tx);
      await this.live.changed(tx, { resource: 'endpoints', id, type: 'updated' });
    });
    return this.get(id);
  }

  private async variantsOrNotFound(id: string, tx: Tx): Promise<EndpointVariant[]> {
    const variants = await this.repository.variantsOf([id], tx);
    if (variants.length === 0) throw notFound('endpoint', id);
    return variants;
  }

  /** The worker starts and stops model servers accordingly. */
  private async wantServers(variants: readonly Pick<EndpointVariant, 'modelVersionId'>[], tx: Tx): Promise<void> {
    const versionIds = new Set(variants.map(({ modelVersionId }) => modelVersionId));
    const served = await this.repository.servedVersions([...versionIds], tx);
    for (const id of versionIds) await this.servers.want(id, served.has(id), tx);
  }

  private async checkServable({ modelId, variants }: NewEndpoint): Promise<void> {
    const versions = await this.repository.modelVersions(variants.map(({ modelVersionId }) => modelVersionId));
    variants.forEach(({ modelVersionId }, i) => {
      const field = `variants[${i}].modelVersionId`;
      const version = versions.find(({ id }) => id === modelVersionId);
      if (version?.modelId !== modelId)
        throw invalidField(
          field,
          `a version of model ${modelId}`,
          version ? `a version of model ${version.modelId}` : modelVersionId,
        );
      if (version.manifest.components['head'] === undefined)
        throw invalidField(
          field,
          'a version with a component head, which is what answers requests',
          `one with ${Object.keys(version.manifest.components).join(', ')}`,
        );
    });
  }

  private async viewsOf(endpoints: readonly Endpoint[]): Promise<EndpointView[]> {
    const ids = endpoints.map(({ id }) => id);
    const variants = await this.repository.variantsOf(ids);
    const versionIds = variants.map(({ modelVersionId }) => modelVersionId);
    const [traffic, versions, servers, models] = await Promise.all([
      this.repository.traffic(ids),
      this.repository.modelVersions(versionIds),
      this.repository.serversOf(versionIds),
      this.repository.models(endpoints.map(({ modelId }) => modelId)),
    ]);
    const view = ({ endpointId, name, role, weight, modelVersionId }: EndpointVariant): VariantView => {
      const server = servers.find((candidate) => candidate.modelVersionId === modelVersionId);
      return {
        name,
        role,
        weight,
        modelVersionId,
        modelVersion: versions.find(({ id }) => id === modelVersionId)!.version,
        serverState: server?.state ?? 'stopped',
        serverMessage: server?.message ?? null,
        traffic: traffic.get(`${endpointId}/${name}`) ?? NO_TRAFFIC,
      };
    };
    return endpoints.map((endpoint) => ({
      endpoint,
      modelName: models.find(({ id }) => id === endpoint.modelId)!.name,
      variants: variants.filter(({ endpointId }) => endpointId === endpoint.id).map(view),
    }));
  }
}
