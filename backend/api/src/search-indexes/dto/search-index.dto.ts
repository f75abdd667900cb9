import { Name, SearchGauges } from '@graft/protocol';
import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import type { VersionState } from '../search-indexes.repository.js';
import type { SearchIndexView } from '../search-indexes.service.js';

export const SearchGaugesDto = dto('SearchGauges', SearchGauges);

export const SearchIndexVersionDto = dto(
  'SearchIndexVersion',
  z.strictObject({
    id: z.uuid(),
    version: z.number().int(),
    snapshotId: z.uuid(),
    spaceId: z.string(),
    datasetVersionId: z.uuid().describe('Where the pictures of what is found are: getItemPicture'),
    itemCount: z.number().int(),
    encoderTree: z.string().describe('Artifact of the bundle that reads questions into the space'),
    readsTexts: z.boolean().describe('Whether it can be asked in words'),
    serverState: z.enum(['stopped', 'starting', 'ready', 'failed']),
    serverMessage: z.string().nullable().describe('Why the server is not ready'),
    gauges: SearchGaugesDto.nullable().describe(
      'Since its server started; null while it does not answer, and in lists',
    ),
    createdAt: Timestamp,
  }),
);
export type SearchIndexVersionDto = z.infer<typeof SearchIndexVersionDto>;

export const SearchIndexDto = dto(
  'SearchIndex',
  z.strictObject({
    id: z.uuid(),
    name: z.string(),
    datasetId: z.uuid(),
    datasetName: z.string(),
    state: z
      .enum(['starting', 'ready', 'switching', 'unavailable'])
      .describe('starting: never answered yet; switching: answers, and another version starts beside it'),
    followLive: z.boolean().describe('Switches when another snapshot of its space is published'),
    current: SearchIndexVersionDto.nullable().describe('What answers'),
    previous: SearchIndexVersionDto.nullable().describe('What answered before; kept warm for a rollback'),
    next: SearchIndexVersionDto.nullable().describe('What answers as soon as its server is ready'),
    createdAt: Timestamp,
    switchedAt: Timestamp.nullable().describe('When what answers last changed'),
  }),
);
export type SearchIndexDto = z.infer<typeof SearchIndexDto>;
export const SearchIndexListDto = listDto('SearchIndexList', SearchIndexDto);
export type SearchIndexListDto = z.infer<typeof SearchIndexListDto>;

export const ListSearchIndexesQuery = listQuery(['name', 'createdAt'], { sort: 'createdAt', order: 'desc' }).extend({
  datasetId: z.uuid().optional(),
  name: z.string().optional(),
});
export type ListSearchIndexesQuery = z.infer<typeof ListSearchIndexesQuery>;

const EncoderVersionId = z
  .uuid()
  .nullable()
  .default(null)
  .describe(
    "Model version whose encoders write the snapshot's space; null takes the bundle that the space was made with",
  );

export const CreateSearchIndexDto = dto(
  'CreateSearchIndex',
  z.strictObject({
    name: Name,
    snapshotId: z.uuid(),
    encoderVersionId: EncoderVersionId,
    followLive: z.boolean().default(false),
  }),
);
export type CreateSearchIndexDto = z.infer<typeof CreateSearchIndexDto>;

export const UpdateSearchIndexDto = dto('UpdateSearchIndex', z.strictObject({ followLive: z.boolean() }));
export type UpdateSearchIndexDto = z.infer<typeof UpdateSearchIndexDto>;

export const SwitchSnapshotDto = dto(
  'SwitchSnapshot',
  z.strictObject({
    snapshotId: z.uuid().describe('A snapshot of the same dataset; the one that answers already calls a switch off'),
    encoderVersionId: EncoderVersionId,
    allowNewSpace: z
      .boolean()
      .default(false)
      .describe(
        "Take a snapshot of another space, with that space's own encoder; otherwise that is space-mismatch, unless the two are declared compatible",
      ),
  }),
);
export type SwitchSnapshotDto = z.infer<typeof SwitchSnapshotDto>;

type Gauges = z.infer<typeof SearchGauges> | null;

export function versionDto(
  { searchIndexId: _index, socketPath: _socket, createdAt, ...version }: VersionState,
  gauges: Gauges,
): SearchIndexVersionDto {
  return { ...version, gauges, createdAt: createdAt.toISOString() };
}

/** @param gaugesOf version id -> gauges */
export function searchIndexDto(
  { index, datasetName, current, previous, next }: SearchIndexView,
  gaugesOf: ReadonlyMap<string, Gauges> = new Map(),
): SearchIndexDto {
  const { id, name, datasetId, followLive, createdAt, switchedAt } = index;
  const version = (state: VersionState | null): SearchIndexVersionDto | null =>
    state === null ? null : versionDto(state, gaugesOf.get(state.id) ?? null);
  return {
    id,
    name,
    datasetId,
    datasetName,
    state: stateOf(current, next),
    followLive,
    current: version(current),
    previous: version(previous),
    next: version(next),
    createdAt: createdAt.toISOString(),
    switchedAt: switchedAt?.toISOString() ?? null,
  };
}

function stateOf(current: VersionState | null, next: VersionState | null): SearchIndexDto['state'] {
  if (current === null) return 'starting';
  if (current.serverState !== 'ready') return 'unavailable';
  return next === null ? 'ready' : 'switching';
}
