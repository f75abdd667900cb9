import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import { EndpointAnalysis, type MetricDefinition } from './endpoint-analysis.entity.js';

/** What the units of one variant did. */
export interface UnitCounts {
  readonly variant: string;
  readonly n: number;
  readonly converted: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

@Injectable()
export class AnalysesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Counts units by the variant they were assigned under one traffic revision, whatever became of the request, with what they did after their
   * first exposure.
   */
  countUnits(endpointId: string, trafficRevision: number, metric: MetricDefinition): Promise<UnitCounts[]> {
    return this.dataSource.query<UnitCounts[]>(
      `WITH assigned AS (
         SELECT unit, min(variant) AS variant, min(at) AS first_at
           FROM exposures
          WHERE endpoint_id = $1 AND traffic_revision = $2
          GROUP BY unit
       ), outcomes AS (
         SELECT assigned.variant, assigned.unit, count(e.event_id) AS events, coalesce(sum(e.value), 0) AS total
           FROM assigned
           LEFT JOIN events e ON e.endpoint_id = $1 AND e.unit = assigned.unit AND e.type = ANY($3) AND e.at >= assigned.first_at
          GROUP BY assigned.variant, assigned.unit
       )
       SELECT variant, count(*)::int AS n, (count(*) FILTER (WHERE events > 0))::int AS converted,
              sum(total) AS sum, sum(total * total) AS "sumOfSquares"
         FROM outcomes
        GROUP BY variant`,
      [endpointId, trafficRevision, metric.eventTypes],
    );
  }

  async insert(analysis: EndpointAnalysis, tx: Tx): Promise<void> {
    await tx.insert(EndpointAnalysis, analysis);
  }

  findLatest(endpointId: string): Promise<EndpointAnalysis | null> {
    return this.dataSource.manager.findOne(EndpointAnalysis, {
      where: { endpointId },
      order: { createdAt: 'DESC', id: 'DESC' },
    });
  }

  async list(endpointId: string, page: PageRequest<'createdAt'>): Promise<Page<EndpointAnalysis>> {
    const [items, total] = await this.dataSource.manager.findAndCount(EndpointAnalysis, {
      where: { endpointId },
      order: { [page.sort]: page.order },
      ...window(page),
    });
    return { items, total };
  }
}
