import { canonicalJson, EvaluationReport } from '@graft/protocol';
import { z } from 'zod';
import { AnalysisDto } from '../analysis/index.js';
import { contentHash } from '../artifacts/index.js';
import { LineageDto } from '../models/index.js';
import { dto, Timestamp } from '../platform/http/index.js';

const VersionEvidence = dto(
  'VersionEvidence',
  z.strictObject({
    id: z.uuid(),
    version: z.number().int(),
    treeHash: z.string().describe('Names the version by its content'),
    lineage: LineageDto,
  }),
);

const EvaluationEvidence = EvaluationReport.pick({
  split: true,
  targets: true,
  itemCount: true,
  accuracy: true,
  paired: true,
  control: true,
  ratios: true,
}).extend({
  runId: z.uuid(),
  reportTree: z.string(),
  candidate: z.string().describe("The version's name within the report"),
});
export type EvaluationEvidence = z.infer<typeof EvaluationEvidence>;

/** What a decision rests on. Two gatherings with equal facts are the same evidence. */
const Facts = z.strictObject({
  modelId: z.uuid(),
  modelName: z.string(),
  candidate: VersionEvidence,
  champion: VersionEvidence.nullable().describe(
    'Null for a model that has no champion yet: rolling back then leaves it without one again',
  ),
  evaluation: EvaluationEvidence.nullable().describe('The latest evaluation of the candidate'),
  analysis: AnalysisDto.nullable().describe('The latest analysis of the endpoint where the candidate met traffic'),
});
export type Facts = z.infer<typeof Facts>;

export const EvidenceDocument = dto(
  'Evidence',
  z.strictObject({
    format: z.literal('graft-evidence'),
    formatVersion: z.literal(1),
    rolloutId: z.uuid(),
    sequence: z.number().int().describe("Place in the model's chain, from 1"),
    previousSha256: z
      .string()
      .nullable()
      .describe('Hash of the document before it in the chain, of this rollout or of an earlier one of the model'),
    gatheredAt: Timestamp,
    facts: Facts,
    outcome: z
      .enum(['pass', 'fail', 'inconclusive'])
      .describe('Of the comparison under traffic; inconclusive without one'),
  }),
);
export type EvidenceDocument = z.infer<typeof EvidenceDocument>;

/** A document as it was hashed and as it is stored. */
export interface SealedEvidence {
  readonly sha256: string;
  /** Canonical JSON: the bytes that were hashed. */
  readonly document: string;
}

export function seal(evidence: Omit<EvidenceDocument, 'format' | 'formatVersion' | 'outcome'>): SealedEvidence {
  const document = canonicalJson({
    format: 'graft-evidence',
    formatVersion: 1,
    ...evidence,
    outcome: evidence.facts.analysis?.outcome ?? 'inconclusive',
  } satisfies EvidenceDocument);
  return { sha256: contentHash(document), document };
}

export function sameFacts(document: EvidenceDocument, facts: Facts): boolean {
  return canonicalJson(document.facts) === canonicalJson(facts);
}

/** True when every document hashes to what is recorded for it and names the one before it. `chain` is in order. */
export function chainHolds(chain: readonly SealedEvidence[]): boolean {
  return chain.every(({ sha256, document }, i) => {
    const { previousSha256 } = JSON.parse(document) as EvidenceDocument;
    return contentHash(document) === sha256 && previousSha256 === (chain[i - 1]?.sha256 ?? null);
  });
}
