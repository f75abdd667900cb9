import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../platform/http/index.js';
import { auditOutcomes, type AuditEntry } from './audit-entry.entity.js';

const AuditOutcomeDto = dto(
  'AuditOutcome',
  z.enum(auditOutcomes).describe('refused: the request was answered with 4xx; failed: with 5xx'),
);

export const AuditEntryDto = dto(
  'AuditEntry',
  z.strictObject({
    id: z.uuid(),
    at: Timestamp,
    actorId: z.uuid().nullable(),
    actorName: z.string().nullable(),
    tokenId: z.uuid().nullable().describe('The API token that was used, if one was'),
    action: z.string(),
    resource: z.string(),
    resourceId: z.string().nullable(),
    outcome: AuditOutcomeDto,
    code: z.string().nullable().describe('Code of the problem, where it did not succeed'),
    requestId: z.string(),
    address: z.string(),
  }),
);
export type AuditEntryDto = z.infer<typeof AuditEntryDto>;

export const AuditListDto = listDto('AuditList', AuditEntryDto);
export type AuditListDto = z.infer<typeof AuditListDto>;

export const ListAuditQuery = listQuery(['at'], { sort: 'at', order: 'desc' }).extend({
  actorId: z.uuid().optional(),
  action: z.string().max(100).optional(),
  resource: z.string().max(100).optional(),
  resourceId: z.string().max(200).optional(),
  outcome: AuditOutcomeDto.optional(),
  from: Timestamp.optional(),
  until: Timestamp.optional(),
});
export type ListAuditQuery = z.infer<typeof ListAuditQuery>;

export function auditEntryDto(entry: AuditEntry): AuditEntryDto {
  return { ...entry, at: entry.at.toISOString() };
}
