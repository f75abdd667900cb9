import { SnapshotManifest, SpaceDefinition, VectorDtype } from '@graft/protocol';
import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import type { SpaceRecord } from '../space.entity.js';
import type { ListedSnapshot, LiveState, SpaceState } from '../spaces.service.js';

export const SpaceDto = dto(
  'Space',
  z.strictObject({
    id: z.string().describe('Hash of the definition: the same encoder used in the same way is the same space'),
    definition: SpaceDefinition,
    encoderTree: z.string().describe('Artifact of the bundle whose encoder writes this space'),
    createdAt: Timestamp,
  }),
);
export type SpaceDto = z.infer<typeof SpaceDto>;
export const SpaceListDto = listDto('SpaceList', SpaceDto);
export type SpaceListDto = z.infer<typeof SpaceListDto>;

export const ListSpacesQuery = listQuery(['id', 'createdAt'], { sort: 'createdAt', order: 'desc' });
export type ListSpacesQuery = z.infer<typeof ListSpacesQuery>;

export const SnapshotDto = dto(
  'Snapshot',
  z.strictObject({
    id: z.uuid(),
    spaceId: z.string(),
    datasetVersionId: z.uuid(),
    runId: z.uuid(),
    treeHash: z.string(),
    itemCount: z.number().int(),
    encodedCount: z.number().int().describe('Vectors computed for this snapshot'),
    reusedCount: z
      .number()
      .int()
      .describe('Vectors taken from the snapshot before, because their picture had not changed'),
    dtype: VectorDtype.describe('How the vectors are stored'),
    quantisation: SnapshotManifest.shape.quantisation
      .unwrap()
      .describe('Recall@10 of the stored vectors against those the encoder made; null for f32, which loses nothing'),
    index: SnapshotManifest.shape.index
      .unwrap()
      .describe(
        'Parameters of the approximate index, its recall@10 against exact search and the median time of a search; null without one',
      ),
    isLive: z.boolean().describe('What snapshot:latest means for its space and dataset'),
    createdAt: Timestamp,
  }),
);
export type SnapshotDto = z.infer<typeof SnapshotDto>;
export const SnapshotListDto = listDto('SnapshotList', SnapshotDto);
export type SnapshotListDto = z.infer<typeof SnapshotListDto>;

export const ListSnapshotsQuery = listQuery(['createdAt', 'itemCount'], { sort: 'createdAt', order: 'desc' }).extend({
  spaceId: z.string().optional(),
  datasetVersionId: z.uuid().optional(),
});
export type ListSnapshotsQuery = z.infer<typeof ListSnapshotsQuery>;

const LiveSnapshotDto = dto(
  'LiveSnapshot',
  z.strictObject({
    datasetId: z.uuid(),
    datasetName: z.string(),
    snapshot: SnapshotDto,
    previousId: z.uuid().nullable().describe('Snapshot that was live before: where a rollback goes'),
    movedAt: Timestamp.describe('When it became live'),
    ageSeconds: z.number().describe('Time since its vectors were computed'),
    newestVersion: z.strictObject({ id: z.uuid(), version: z.number().int() }).describe('Of the dataset'),
    coverage: z
      .strictObject({
        items: z.number().int().describe('Items of the newest version of the dataset'),
        covered: z.number().int().describe('Items whose vector is that of the picture they have now'),
        stale: z.number().int().describe('Items whose picture has changed since'),
        missing: z.number().int().describe('Items without a vector'),
      })
      .describe('How much of the newest version of the dataset the live snapshot holds'),
    encodedOnMiss: z
      .number()
      .int()
      .describe(
        'Items that models encoded by themselves because the live snapshot lacked them; each starts a back-fill',
      ),
  }),
);

export const SpaceDetailDto = dto('SpaceDetail', SpaceDto.extend({ live: z.array(LiveSnapshotDto) }));
export type SpaceDetailDto = z.infer<typeof SpaceDetailDto>;

export const RollbackLiveSnapshotDto = dto(
  'RollbackLiveSnapshot',
  z.strictObject({ datasetId: z.uuid().describe('Dataset whose live snapshot goes back') }),
);
export type RollbackLiveSnapshotDto = z.infer<typeof RollbackLiveSnapshotDto>;

export function spaceDetailDto({ space, live }: SpaceState): SpaceDetailDto {
  return { ...spaceDto(space), live: live.map(liveDto) };
}

function liveDto({ snapshot, movedAt, ...state }: LiveState): z.infer<typeof LiveSnapshotDto> {
  return {
    ...state,
    snapshot: snapshotDto(snapshot),
    movedAt: movedAt.toISOString(),
    ageSeconds: Math.max(0, (Date.now() - snapshot.createdAt.getTime()) / 1000),
  };
}

export function spaceDto({ id, definition, encoderTree, createdAt }: SpaceRecord): SpaceDto {
  return { id, definition, encoderTree, createdAt: createdAt.toISOString() };
}

export function snapshotDto(snapshot: ListedSnapshot): SnapshotDto {
  return { ...snapshot, createdAt: snapshot.createdAt.toISOString() };
}
