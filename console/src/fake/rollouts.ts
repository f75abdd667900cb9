import type { ModelVersion, RolloutDetail } from '../api/schemas.js';
import { minutesAgo } from './clock.js';
import { report } from './report.js';
import { analysis, modelVersions } from './serving.js';

const ada = { id: 'p-ada', name: 'Ada Researcher' };
const grace = { id: 'p-grace', name: 'Grace Admin' };
const versionEvidence = (version: ModelVersion) => ({
  id: version.id,
  version: version.version,
  treeHash: version.treeHash,
  lineage: version.lineage,
});
const [swapped, native] = modelVersions as [ModelVersion, ModelVersion];
const tested = { endpointId: 'e-tagger', comparison: analysis };

function rollout(
  id: string,
  ago: number,
  rest: Partial<RolloutDetail>,
  traffic: typeof tested | null = null,
): RolloutDetail {
  const outcome = traffic ? traffic.comparison.outcome : 'inconclusive';
  return {
    id,
    modelId: 'm-tagger',
    modelName: 'tagger',
    candidate: { id: swapped.id, version: swapped.version },
    previous: null,
    endpointId: traffic?.endpointId ?? null,
    state: 'requested',
    reason: '',
    requestedBy: ada,
    requestedAt: minutesAgo(ago),
    outcome,
    evidenceSha256: 'e1'.repeat(32),
    approvals: [],
    moves: [{ state: 'requested', person: ada, comment: '', at: minutesAgo(ago) }],
    evidence: {
      format: 'graft-evidence',
      formatVersion: 1,
      rolloutId: id,
      sequence: 2,
      previousSha256: null,
      gatheredAt: minutesAgo(ago),
      facts: {
        modelId: 'm-tagger',
        modelName: 'tagger',
        candidate: versionEvidence(swapped),
        champion: versionEvidence(native),
        evaluation: {
          split: report.split,
          targets: report.targets,
          itemCount: report.itemCount,
          accuracy: report.accuracy,
          paired: report.paired,
          control: report.control,
          ratios: report.ratios,
          runId: 'x-swap-compare',
          reportTree: 'ab'.repeat(32),
          candidate: 'swapped',
        },
        analysis: traffic?.comparison ?? null,
      },
      outcome,
    },
    ...rest,
  };
}

export const rollouts: RolloutDetail[] = [
  rollout(
    'ro-2',
    22,
    { reason: 'Same labels, a thirtieth of the latency, and more saves in the A/B. Nothing got worse.' },
    tested,
  ),
  rollout('ro-1', 90, {
    state: 'live',
    candidate: { id: native.id, version: native.version },
    reason: 'First version, so that there is something to compare with.',
    approvals: [{ person: grace, comment: 'Fine as a start.', at: minutesAgo(85), counts: true }],
    moves: [
      { state: 'requested', person: ada, comment: '', at: minutesAgo(90) },
      { state: 'promoting', person: grace, comment: 'Fine as a start.', at: minutesAgo(85) },
      { state: 'live', person: grace, comment: '', at: minutesAgo(85) },
    ],
  }),
  rollout('ro-0', 60, {
    state: 'rejected',
    reason: 'It is faster.',
    moves: [
      { state: 'requested', person: ada, comment: '', at: minutesAgo(60) },
      {
        state: 'rejected',
        person: grace,
        comment: 'Please show it on real traffic first: put both behind one endpoint for a day.',
        at: minutesAgo(58),
      },
    ],
  }),
];
