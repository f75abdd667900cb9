import { z } from 'zod';
import { EventType } from '../../feedback/index.js';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import { defaultMetric, type EndpointAnalysis } from '../endpoint-analysis.entity.js';

const Outcome = z.enum(['pass', 'fail', 'inconclusive']);
const Interval = z.strictObject({ low: z.number(), high: z.number() });

const Difference = dto(
  'Difference',
  z.strictObject({
    estimate: z.number(),
    fixed: Interval.describe("Welch's 95 % interval: valid for a single look"),
    fixedPValue: z.number(),
    alwaysValid: Interval.describe('95 % confidence sequence: valid at every look; the outcome rests on it'),
    alwaysValidPValue: z.number(),
  }),
);

const Metric = z.strictObject({
  kind: z
    .enum(['conversion', 'mean'])
    .describe('Share of units that did it at least once, or mean of the summed values per unit'),
  eventTypes: z.array(EventType).min(1).describe('Any of these counts'),
  better: z.enum(['higher', 'lower']),
});

export const AnalysisDto = dto(
  'Analysis',
  z.strictObject({
    id: z.uuid(),
    endpointId: z.uuid(),
    trafficRevision: z.number().int(),
    metric: dto('Metric', Metric),
    variants: z.array(
      z.strictObject({
        name: z.string(),
        role: z.enum(['control', 'treatment']),
        share: z.number().describe('Configured share of the units'),
        n: z.number().int().describe('Units exposed'),
        mean: z.number().describe('Share of units that converted, or mean value per unit'),
      }),
    ),
    sampleRatio: z
      .strictObject({ chiSquare: z.number(), pValue: z.number() })
      .nullable()
      .describe('Test of the split that came against the one configured'),
    comparisons: z.array(
      z.strictObject({
        treatment: z.string(),
        absolute: Difference.nullable(),
        relative: Difference.nullable(),
        outcome: Outcome,
        reason: z.string(),
      }),
    ),
    outcome: Outcome,
    sentence: z.string().describe('The outcome in plain words'),
    createdAt: Timestamp,
  }),
);
export type AnalysisDto = z.infer<typeof AnalysisDto>;

export const AnalysisListDto = listDto('AnalysisList', AnalysisDto);
export type AnalysisListDto = z.infer<typeof AnalysisListDto>;

export const ListAnalysesQuery = listQuery(['createdAt'], { sort: 'createdAt', order: 'desc' });
export type ListAnalysesQuery = z.infer<typeof ListAnalysesQuery>;

export const AnalyseEndpointDto = dto(
  'AnalyseEndpoint',
  z.strictObject({
    metric: Metric.extend({
      eventTypes: z.array(EventType).min(1).default(defaultMetric.eventTypes),
      better: z.enum(['higher', 'lower']).default(defaultMetric.better),
    })
      .default(defaultMetric)
      .describe('Conversion by save, click-out or purchase where absent'),
  }),
);
export type AnalyseEndpointDto = z.infer<typeof AnalyseEndpointDto>;

export function analysisDto({ createdAt, ...analysis }: EndpointAnalysis): AnalysisDto {
  return {
    ...analysis,
    comparisons: analysis.comparisons.map((comparison) => ({ ...comparison })),
    createdAt: createdAt.toISOString(),
  };
}
