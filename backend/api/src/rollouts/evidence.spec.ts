import { describe, expect, it } from 'vitest';
import { chainHolds, sameFacts, seal, type EvidenceDocument, type Facts } from './evidence.js';

function someFacts(version: number): Facts {
  const lineage = {
    runId: 'r',
    experimentId: 'e',
    recipe: 'finetune',
    datasetVersionId: null,
    spaceId: null,
    snapshotId: null,
    baseVersionId: null,
    baseTree: null,
    codeRevision: 'c',
    seed: 1,
  };
  return {
    modelId: 'm',
    modelName: 'tagger',
    candidate: { id: `v${version}`, version, treeHash: 't', lineage },
    champion: null,
    evaluation: null,
    analysis: null,
  };
}
const sealed = (sequence: number, previousSha256: string | null) =>
  seal({
    rolloutId: 'r',
    sequence,
    previousSha256,
    gatheredAt: '2026-01-01T00:00:00.000Z',
    facts: someFacts(sequence),
  });

describe('evidence', () => {
  it('seals equal facts to equal bytes, whatever the order of their fields', () => {
    const facts = someFacts(1);
    const reversed = Object.fromEntries(Object.entries(facts).reverse()) as unknown as Facts;
    const document = JSON.parse(sealed(1, null).document) as EvidenceDocument;
    expect(sameFacts(document, reversed)).toBe(true);
    expect(sameFacts(document, someFacts(2))).toBe(false);
  });

  it('never passes without a comparison under traffic', () => {
    expect((JSON.parse(sealed(1, null).document) as EvidenceDocument).outcome).toBe('inconclusive');
  });

  it('finds one changed byte and one missing link', () => {
    const first = sealed(1, null);
    const second = sealed(2, first.sha256);
    expect(chainHolds([first, second])).toBe(true);
    expect(chainHolds([{ ...first, document: first.document.replace('tagger', 'tagges') }, second])).toBe(false);
    expect(chainHolds([first, sealed(2, 'f'.repeat(64))])).toBe(false);
    expect(chainHolds([second])).toBe(false);
  });
});
