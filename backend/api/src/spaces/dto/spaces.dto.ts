import { SpaceDefinition } from '@graft/protocol';
import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import type { SpaceRecord } from '../space.entity.js';
import type { ListedSnapshot } from '../spaces.service.js';

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

export function spaceDto({ id, definition, encoderTree, createdAt }: SpaceRecord): SpaceDto {
  return { id, definition, encoderTree, createdAt: createdAt.toISOString() };
}

export function snapshotDto(snapshot: ListedSnapshot): SnapshotDto {
  return { ...snapshot, createdAt: snapshot.createdAt.toISOString() };
}
