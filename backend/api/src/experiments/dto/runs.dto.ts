import { ArtifactKind, Failure } from '@graft/protocol';
import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import { recipes } from '../experiment-spec.js';
import type { Run } from '../run.entity.js';
import type { RunArtifact, RunLog, RunMetric } from '../run-records.entity.js';
import { runStates } from '../run.states.js';

export const RecipeNameDto = dto('RecipeName', z.enum(recipes as [string, ...string[]]));
export const RunStateDto = dto('RunState', z.enum(runStates.states as [string, ...string[]]));
const FailureDto = dto('Failure', Failure);

export const RunDto = dto(
  'Run',
  z.strictObject({
    id: z.uuid(),
    experimentId: z.uuid(),
    name: z.string().describe('Name of the step'),
    position: z.number().int(),
    recipe: RecipeNameDto,
    parameters: z.record(z.string(), z.unknown()),
    dependsOn: z.array(z.uuid()).describe('Runs it waits for'),
    registerModel: z.string().nullable(),
    state: RunStateDto,
    attempt: z.number().int().describe('Times it was started'),
    cancelRequested: z.boolean(),
    isolationLevel: z
      .enum(['strong', 'partial', 'none'])
      .nullable()
      .describe('What was measured of the isolation of its sandbox'),
    progress: z.number().describe('Share that is done, 0 to 1'),
    phase: z.string(),
    failure: FailureDto.nullable(),
    result: z.record(z.string(), z.unknown()).nullable(),
    cpuSeconds: z.number().describe('CPU time of all attempts'),
    peakMemoryBytes: z.number(),
    seed: z.number().int(),
    createdAt: Timestamp,
    startedAt: Timestamp.nullable(),
    endedAt: Timestamp.nullable(),
  }),
);
export type RunDto = z.infer<typeof RunDto>;
export const RunListDto = listDto('RunList', RunDto);
export type RunListDto = z.infer<typeof RunListDto>;

export const ListRunsQuery = listQuery(['createdAt', 'name', 'state', 'position'], {
  sort: 'createdAt',
  order: 'desc',
}).extend({
  experimentId: z.uuid().optional(),
  state: z.enum(runStates.states).optional(),
  recipe: z.enum(recipes).optional(),
});
export type ListRunsQuery = z.infer<typeof ListRunsQuery>;

export const RunMetricListDto = dto(
  'RunMetricList',
  z.strictObject({
    items: z.array(
      dto('RunMetric', z.strictObject({ name: z.string(), step: z.number().int(), value: z.number(), at: Timestamp })),
    ),
  }),
);
export type RunMetricListDto = z.infer<typeof RunMetricListDto>;

export const ListRunLogsQuery = z.strictObject({
  afterId: z
    .string()
    .regex(/^\d{1,18}$/)
    .default('0')
    .describe('Id of the last line that is known already'),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});
export type ListRunLogsQuery = z.infer<typeof ListRunLogsQuery>;

export const RunLogListDto = dto(
  'RunLogList',
  z.strictObject({
    items: z.array(
      dto(
        'RunLog',
        z.strictObject({
          id: z.string().describe('Grows from line to line'),
          attempt: z.number().int(),
          level: z.enum(['debug', 'info', 'warn', 'error']),
          message: z.string(),
          at: Timestamp,
        }),
      ),
    ),
  }),
);
export type RunLogListDto = z.infer<typeof RunLogListDto>;

export const RunArtifactListDto = dto(
  'RunArtifactList',
  z.strictObject({
    items: z.array(
      dto(
        'RunArtifact',
        z.strictObject({
          name: z.string(),
          kind: ArtifactKind,
          treeHash: z.string(),
          fileCount: z.number().int(),
          sizeBytes: z.number(),
          createdAt: Timestamp,
        }),
      ),
    ),
  }),
);
export type RunArtifactListDto = z.infer<typeof RunArtifactListDto>;

export function runDto(run: Run): RunDto {
  return {
    id: run.id,
    experimentId: run.experimentId,
    name: run.name,
    position: run.position,
    recipe: run.recipe,
    parameters: run.parameters as Record<string, unknown>,
    dependsOn: run.dependsOn,
    registerModel: run.registerModel,
    state: run.state,
    attempt: run.attempt,
    cancelRequested: run.cancelRequested,
    isolationLevel: run.isolationLevel,
    progress: run.progress,
    phase: run.phase,
    failure: run.failure,
    result: run.result,
    cpuSeconds: run.cpuSeconds,
    peakMemoryBytes: run.peakMemoryBytes,
    seed: run.seed,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    endedAt: run.endedAt?.toISOString() ?? null,
  };
}

export function runMetricListDto(metrics: readonly RunMetric[]): RunMetricListDto {
  return { items: metrics.map(({ name, step, value, at }) => ({ name, step, value, at: at.toISOString() })) };
}

export function runLogListDto(logs: readonly RunLog[]): RunLogListDto {
  return {
    items: logs.map(({ id, attempt, level, message, at }) => ({ id, attempt, level, message, at: at.toISOString() })),
  };
}

export function runArtifactListDto(artifacts: readonly RunArtifact[]): RunArtifactListDto {
  return {
    items: artifacts.map(({ name, kind, treeHash, fileCount, sizeBytes, createdAt }) => ({
      name,
      kind,
      treeHash,
      fileCount,
      sizeBytes,
      createdAt: createdAt.toISOString(),
    })),
  };
}
