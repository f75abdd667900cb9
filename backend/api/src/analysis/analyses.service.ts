import { Injectable } from '@nestjs/common';
import { EndpointsService, type VariantView } from '../endpoints/index.js';
import { newId, notFound, type Page, type PageRequest } from '../kernel/index.js';
import { Transactions } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { AnalysesRepository, type UnitCounts } from './analyses.repository.js';
import { decide, sampleOf, type Metric, type VariantCounts } from './decision.js';
import { defaultMetric, type EndpointAnalysis, type MetricDefinition } from './endpoint-analysis.entity.js';

@Injectable()
export class AnalysesService {
  constructor(
    private readonly repository: AnalysesRepository,
    private readonly endpoints: EndpointsService,
    private readonly transactions: Transactions,
    private readonly live: Live,
  ) {}

  /** Computes from what is stored now, keeps the result and returns it. */
  async analyse(endpointId: string, definition: MetricDefinition): Promise<EndpointAnalysis> {
    const { endpoint, variants } = await this.endpoints.get(endpointId);
    const counted = await this.repository.countUnits(endpointId, endpoint.trafficRevision, definition);
    const metric: Metric = {
      kind: definition.kind,
      name: definition.eventTypes.join(' or '),
      better: definition.better,
    };
    const counts = variants.map((variant) => countsOf(variant, definition, counted));
    const decision = decide(metric, counts);
    const analysis: EndpointAnalysis = {
      id: newId(),
      endpointId,
      trafficRevision: endpoint.trafficRevision,
      metric: definition,
      variants: counts.map((variant) => ({
        name: variant.name,
        role: variant.role,
        share: variant.share,
        n: variant.n,
        mean: sampleOf(metric, variant).mean,
      })),
      sampleRatio: decision.sampleRatio,
      comparisons: [...decision.comparisons],
      outcome: decision.outcome,
      sentence: decision.sentence,
      createdAt: new Date(),
    };
    await this.transactions.run(async (tx) => {
      await this.repository.insert(analysis, tx);
      await this.live.changed(tx, { resource: 'endpoints', id: endpointId, type: 'updated' });
    });
    return analysis;
  }

  /** As the last analysis did, or by the default metric for the first. */
  async analyseAgain(endpointId: string): Promise<EndpointAnalysis> {
    const latest = await this.findLatest(endpointId);
    return this.analyse(endpointId, latest?.metric ?? defaultMetric);
  }

  findLatest(endpointId: string): Promise<EndpointAnalysis | null> {
    return this.repository.findLatest(endpointId);
  }

  /** @throws DomainError `not-found` for an unknown endpoint and for one that was never analysed */
  async latest(endpointId: string): Promise<EndpointAnalysis> {
    await this.endpoints.get(endpointId);
    const analysis = await this.findLatest(endpointId);
    if (analysis === null) throw notFound('analysis of endpoint', endpointId);
    return analysis;
  }

  list(endpointId: string, page: PageRequest<'createdAt'>): Promise<Page<EndpointAnalysis>> {
    return this.repository.list(endpointId, page);
  }
}

function countsOf(
  { name, role, weight }: VariantView,
  { kind }: MetricDefinition,
  counted: readonly UnitCounts[],
): VariantCounts {
  const units = counted.find(({ variant }) => variant === name);
  if (!units) return { name, role, share: weight, n: 0, sum: 0, sumOfSquares: 0 };
  const sums =
    kind === 'conversion'
      ? { sum: units.converted, sumOfSquares: units.converted }
      : { sum: units.sum, sumOfSquares: units.sumOfSquares };
  return { name, role, share: weight, n: units.n, ...sums };
}
