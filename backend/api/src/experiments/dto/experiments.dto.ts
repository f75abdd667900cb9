import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import { ExperimentSpec } from '../experiment-spec.js';
import type { ExperimentWithRuns } from '../experiments.service.js';
import { RunDto, runDto } from './runs.dto.js';

export const ExperimentStateDto = dto('ExperimentState', z.enum(['running', 'succeeded', 'failed', 'cancelled']));

/** What was launched, with every default filled in: what a client sends may leave them out. */
const LaunchedSpecDto = dto('LaunchedSpec', z.strictObject(ExperimentSpec.shape));

export const ExperimentDto = dto(
  'Experiment',
  z.strictObject({
    id: z.uuid(),
    name: z.string(),
    state: ExperimentStateDto,
    spec: LaunchedSpecDto,
    runs: z.array(RunDto).describe('One for each step, in the order in which they can run'),
    createdBy: z.uuid().nullable().describe('Null for what the platform started by itself'),
    createdAt: Timestamp,
    endedAt: Timestamp.nullable(),
    cpuSeconds: z.number(),
  }),
);
export type ExperimentDto = z.infer<typeof ExperimentDto>;
export const ExperimentListDto = listDto('ExperimentList', ExperimentDto);
export type ExperimentListDto = z.infer<typeof ExperimentListDto>;

export const ExperimentPreflightDto = dto(
  'ExperimentPreflight',
  z.strictObject({
    experiment: ExperimentDto.describe('Holds the trainings that can be looked at now'),
    skipped: z
      .array(z.strictObject({ step: z.string(), reason: z.string() }))
      .describe('Steps of the spec that it leaves out'),
  }),
);
export type ExperimentPreflightDto = z.infer<typeof ExperimentPreflightDto>;

export const ListExperimentsQuery = listQuery(['createdAt', 'name'], { sort: 'createdAt', order: 'desc' }).extend({
  q: z.string().max(100).optional().describe('Part of the name'),
});
export type ListExperimentsQuery = z.infer<typeof ListExperimentsQuery>;

export function experimentDto({ experiment, runs, state }: ExperimentWithRuns): ExperimentDto {
  const { id, name, spec, createdBy, createdAt } = experiment;
  const ends = runs.map(({ endedAt }) => endedAt?.getTime() ?? 0);
  return {
    id,
    name,
    state,
    spec,
    runs: runs.map(runDto),
    createdBy,
    createdAt: createdAt.toISOString(),
    endedAt: state === 'running' ? null : new Date(Math.max(...ends)).toISOString(),
    cpuSeconds: runs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
  };
}
