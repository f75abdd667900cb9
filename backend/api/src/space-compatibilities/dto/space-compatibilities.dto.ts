import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import type { SpaceCompatibility } from '../space-compatibility.entity.js';

const QueryMapDto = z
  .enum(['none', 'orthogonal'])
  .describe('How a query is carried over: as it is, or turned by the orthogonal map that the run fitted');

export const DeclareSpaceCompatibilityDto = dto(
  'DeclareSpaceCompatibility',
  z.strictObject({
    runId: z.uuid().describe('The inspect-space run that compared a snapshot of each space'),
    map: QueryMapDto,
    reason: z.string().trim().min(1).max(2000),
  }),
);
export type DeclareSpaceCompatibilityDto = z.infer<typeof DeclareSpaceCompatibilityDto>;

export const SpaceCompatibilityDto = dto(
  'SpaceCompatibility',
  z.strictObject({
    id: z.uuid(),
    querySpaceId: z.string().describe('The space that queries come from'),
    storedSpaceId: z.string().describe('The space of the stored vectors'),
    map: QueryMapDto,
    runId: z.uuid(),
    overlap: z.number().describe('Share of the 10 nearest that queries of the other space find'),
    overlapLow: z.number().describe('Low end of its 95 % interval'),
    queries: z.number().int(),
    reason: z.string(),
    declaredBy: z.uuid(),
    declaredByName: z.string(),
    createdAt: Timestamp,
  }),
);
export type SpaceCompatibilityDto = z.infer<typeof SpaceCompatibilityDto>;
export const SpaceCompatibilityListDto = listDto('SpaceCompatibilityList', SpaceCompatibilityDto);
export type SpaceCompatibilityListDto = z.infer<typeof SpaceCompatibilityListDto>;

export const ListSpaceCompatibilitiesQuery = listQuery(['createdAt'], { sort: 'createdAt', order: 'desc' }).extend({
  querySpaceId: z.string().optional(),
  storedSpaceId: z.string().optional(),
});
export type ListSpaceCompatibilitiesQuery = z.infer<typeof ListSpaceCompatibilitiesQuery>;

export function spaceCompatibilityDto(compatibility: SpaceCompatibility): SpaceCompatibilityDto {
  return { ...compatibility, createdAt: compatibility.createdAt.toISOString() };
}
