import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import { EvidenceDocument } from '../evidence.js';
import { rolloutStates } from '../rollout.states.js';

const PersonRef = z.strictObject({ id: z.uuid(), name: z.string() });
const VersionRef = z.strictObject({ id: z.uuid(), version: z.number().int() });
const State = z.enum(rolloutStates.states);

export const RolloutDto = dto(
  'Rollout',
  z.strictObject({
    id: z.uuid(),
    modelId: z.uuid(),
    modelName: z.string(),
    candidate: VersionRef,
    previous: VersionRef.nullable().describe(
      'The champion it replaced; null before it is live, and for the first champion of a model, whose rollback leaves none',
    ),
    endpointId: z.uuid().nullable(),
    state: State,
    reason: z.string(),
    requestedBy: PersonRef,
    requestedAt: Timestamp,
    outcome: z
      .enum(['pass', 'fail', 'inconclusive'])
      .describe('What the comparison under traffic said; inconclusive without one'),
    evidenceSha256: z.string().describe('The evidence that stands now; an approval counts for this one only'),
  }),
);
export type RolloutDto = z.infer<typeof RolloutDto>;
export const RolloutListDto = listDto('RolloutList', RolloutDto);
export type RolloutListDto = z.infer<typeof RolloutListDto>;

export const RolloutDetailDto = dto(
  'RolloutDetail',
  RolloutDto.extend({
    evidence: EvidenceDocument,
    approvals: z.array(
      z.strictObject({
        person: PersonRef,
        comment: z.string(),
        at: Timestamp,
        counts: z.boolean().describe('False when other evidence stands by now'),
      }),
    ),
    moves: z
      .array(z.strictObject({ state: State, person: PersonRef, comment: z.string(), at: Timestamp }))
      .describe('Its story, oldest first'),
  }),
);
export type RolloutDetailDto = z.infer<typeof RolloutDetailDto>;

export const ListRolloutsQuery = listQuery(['requestedAt'], { sort: 'requestedAt', order: 'desc' }).extend({
  state: State.optional(),
  modelId: z.uuid().optional(),
});
export type ListRolloutsQuery = z.infer<typeof ListRolloutsQuery>;

const Words = z.string().trim().min(1).max(2000);

export const RequestRolloutDto = dto(
  'RequestRollout',
  z.strictObject({
    modelVersionId: z.uuid(),
    endpointId: z
      .uuid()
      .optional()
      .describe('Where the version met traffic: its analysis becomes part of the evidence'),
    reason: Words,
  }),
);
export type RequestRolloutDto = z.infer<typeof RequestRolloutDto>;

export const ApproveRolloutDto = dto(
  'ApproveRollout',
  z.strictObject({
    comment: Words,
    evidenceSha256: z
      .string()
      .optional()
      .describe('The evidence that was read: other evidence is not approved by mistake'),
  }),
);
export type ApproveRolloutDto = z.infer<typeof ApproveRolloutDto>;

export const RejectRolloutDto = dto('RejectRollout', z.strictObject({ comment: Words }));
export type RejectRolloutDto = z.infer<typeof RejectRolloutDto>;

export const RollbackRolloutDto = dto('RollbackRollout', z.strictObject({ reason: Words }));
export type RollbackRolloutDto = z.infer<typeof RollbackRolloutDto>;
