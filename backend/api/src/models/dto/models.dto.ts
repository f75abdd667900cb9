import { Component, Name } from '@graft/protocol';
import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import type { ModelWithAliases, NamedVersion } from '../models.service.js';

export const ModelDto = dto(
  'Model',
  z.strictObject({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    aliases: z.array(z.strictObject({ alias: z.string(), versionId: z.uuid(), movedAt: Timestamp })),
    createdAt: Timestamp,
  }),
);
export type ModelDto = z.infer<typeof ModelDto>;
export const ModelListDto = listDto('ModelList', ModelDto);
export type ModelListDto = z.infer<typeof ModelListDto>;

export const CreateModelDto = dto(
  'CreateModel',
  z.strictObject({ name: Name, description: z.string().max(2000).default('') }),
);
export type CreateModelDto = z.infer<typeof CreateModelDto>;

export const SetModelAliasDto = dto(
  'SetModelAlias',
  z.strictObject({ versionId: z.uuid().describe('A version of this model') }),
);
export type SetModelAliasDto = z.infer<typeof SetModelAliasDto>;

export const LineageDto = dto(
  'Lineage',
  z.strictObject({
    runId: z.uuid(),
    experimentId: z.uuid(),
    recipe: z.string(),
    datasetVersionId: z.uuid().nullable(),
    spaceId: z
      .string()
      .nullable()
      .describe('Set where the vision encoder was swapped for stored vectors of this space'),
    snapshotId: z.uuid().nullable(),
    baseVersionId: z.uuid().nullable(),
    baseTree: z.string().nullable(),
    codeRevision: z.string(),
    seed: z.number().int(),
  }),
);

export const ModelVersionDto = dto(
  'ModelVersion',
  z.strictObject({
    id: z.uuid(),
    modelId: z.uuid(),
    modelName: z.string(),
    version: z.number().int(),
    aliases: z.array(z.string()),
    treeHash: z.string(),
    lineage: LineageDto,
    components: z.record(z.string(), Component),
    labels: z.record(z.string(), z.array(z.string())).describe('Classes of each target'),
    metrics: z.record(z.string(), z.number()).describe('Last value of each metric of the run that made it'),
    createdAt: Timestamp,
  }),
);
export type ModelVersionDto = z.infer<typeof ModelVersionDto>;
export const ModelVersionListDto = listDto('ModelVersionList', ModelVersionDto);
export type ModelVersionListDto = z.infer<typeof ModelVersionListDto>;

export const ListModelsQuery = listQuery(['name', 'createdAt'], { sort: 'name', order: 'asc' });
export type ListModelsQuery = z.infer<typeof ListModelsQuery>;

export const ListModelVersionsQuery = listQuery(['createdAt', 'version'], { sort: 'createdAt', order: 'desc' }).extend({
  modelId: z.uuid().optional(),
  runId: z.uuid().optional(),
});
export type ListModelVersionsQuery = z.infer<typeof ListModelVersionsQuery>;

export function modelDto({ id, name, description, aliases, createdAt }: ModelWithAliases): ModelDto {
  return {
    id,
    name,
    description,
    aliases: aliases.map(({ alias, versionId, movedAt }) => ({ alias, versionId, movedAt: movedAt.toISOString() })),
    createdAt: createdAt.toISOString(),
  };
}

export function modelVersionDto({ manifest, runId: _runId, createdAt, ...version }: NamedVersion): ModelVersionDto {
  return { ...version, components: manifest.components, labels: manifest.labels, createdAt: createdAt.toISOString() };
}
