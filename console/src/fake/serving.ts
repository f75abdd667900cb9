import type { Analysis, Component, Endpoint, IsolationReport, Lineage, Model, ModelVersion, Port, RolloutDetail, Sandbox } from '../api/schemas.js';
import { minutesAgo } from './clock.js';
import { report } from './experiments.js';

const lineage = (rest: Partial<Lineage>): Lineage => ({
  datasetVersionId: 'dsv-cat-2',
  recipe: 'finetune',
  spaceId: null,
  snapshotId: null,
  baseVersionId: null,
  baseTree: null,
  runId: 'x-swap-stock-tuned',
  experimentId: 'x-swap',
  codeRevision: '9d2911bfe12',
  seed: 7,
  ...rest,
});
const styles = ['art deco', 'farmhouse', 'japandi', 'mid-century modern', 'nantucket'];
const patterns = ['checked', 'dotted', 'plain', 'striped'];
const port = (name: string, ...shape: (string | number)[]): Port => ({ name, dtype: 'float32', shape });
const component = (graph: string, sizeBytes: number, inputs: Port[], outputs: Port[]): Component => ({ graph: { path: `${graph}.onnx`, sha256: 'ab'.repeat(32), sizeBytes }, weights: [], inputs, outputs });
const space: NonNullable<Component['space']>['definition'] = { encoderSha256: 'ab'.repeat(32), preprocessing: { width: 48, height: 48, fit: 'cover', mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }, pooling: 'mean', normalised: true, dim: 128, dtype: 'float32' };
const head = component('head', 9_400, [port('image_features', 'n', 128)], [port('logits.style', 'n', 5), port('logits.pattern', 'n', 4)]);

export const modelVersions: ModelVersion[] = [
  {
    id: 'mv-tagger-2',
    modelId: 'm-tagger',
    modelName: 'tagger',
    version: 2,
    aliases: ['candidate'],
    treeHash: 'b71e'.padEnd(64, '04aa'),
    lineage: lineage({ runId: 'x-swap-swap', recipe: 'swap-encoder', spaceId: 'sp_9c41aa03be7710ddaa11bb2233445566', snapshotId: 'snap-2', baseVersionId: 'mv-tagger-1' }),
    components: { item_projector: { ...component('item_projector', 264_000, [port('item_embeddings', 'n', 128)], [port('image_features', 'n', 128)]), space: { id: 'sp_9c41aa03be7710ddaa11bb2233445566', definition: space } }, head },
    labels: { style: styles, pattern: patterns },
    metrics: { accuracy: 0.814 },
    createdAt: minutesAgo(88),
  },
  {
    id: 'mv-tagger-1',
    modelId: 'm-tagger',
    modelName: 'tagger',
    version: 1,
    aliases: ['champion'],
    treeHash: '33d0'.padEnd(64, 'c19f'),
    lineage: lineage({ baseTree: '77aa'.padEnd(64, '1b') }),
    components: { vision_encoder: component('vision_encoder', 7_600_000, [port('pixel_values', 'n', 3, 48, 48)], [port('image_features', 'n', 128)]), head },
    labels: { style: styles, pattern: patterns },
    metrics: { accuracy: 0.655 },
    createdAt: minutesAgo(93),
  },
];
export const models: Model[] = [
  { id: 'm-tagger', name: 'tagger', description: 'Names the style and the pattern of a product picture.', aliases: [{ alias: 'champion', versionId: 'mv-tagger-1', movedAt: minutesAgo(84) }, { alias: 'candidate', versionId: 'mv-tagger-2', movedAt: minutesAgo(50) }], createdAt: minutesAgo(93) },
];

export const endpoints: Endpoint[] = [
  {
    id: 'e-tagger',
    name: 'tagger',
    modelId: 'm-tagger',
    modelName: 'tagger',
    state: 'live',
    createdAt: minutesAgo(41),
    retiredAt: null,
    trafficRevision: 1,
    variants: [
      { name: 'native', role: 'control', modelVersionId: 'mv-tagger-1', modelVersion: 1, weight: 0.5, serverState: 'ready', serverMessage: null, traffic: { requests: 2412, errors: 0, units: 1204, latencyP50Ms: 101.2, latencyP95Ms: 134.9 } },
      { name: 'swapped', role: 'treatment', modelVersionId: 'mv-tagger-2', modelVersion: 2, weight: 0.5, serverState: 'ready', serverMessage: null, traffic: { requests: 2388, errors: 1, units: 1188, latencyP50Ms: 3.1, latencyP95Ms: 4.4 } },
    ],
  },
];

export const analysis: Analysis = {
  id: 'an-1',
  endpointId: 'e-tagger',
  trafficRevision: 1,
  metric: { kind: 'conversion', eventTypes: ['save'], better: 'higher' },
  createdAt: minutesAgo(6),
  variants: [
    { name: 'native', role: 'control', share: 0.5, n: 1204, mean: 133 / 1204 },
    { name: 'swapped', role: 'treatment', share: 0.5, n: 1188, mean: 204 / 1188 },
  ],
  sampleRatio: { chiSquare: 0.107, pValue: 0.7436 },
  comparisons: [
    {
      treatment: 'swapped',
      absolute: { estimate: 0.0613, fixed: { low: 0.0335, high: 0.0891 }, fixedPValue: 0.00002, alwaysValid: { low: 0.0102, high: 0.1124 }, alwaysValidPValue: 0.011 },
      relative: { estimate: 0.555, fixed: { low: 0.24, high: 0.87 }, fixedPValue: 0.0006, alwaysValid: { low: 0.04, high: 1.07 }, alwaysValidPValue: 0.031 },
      outcome: 'pass',
      reason: 'swapped is better.',
    },
  ],
  outcome: 'pass',
  sentence: 'Swapped is better: 17.17 % save with swapped against 11.05 % save with native, difference +0.0613 (always-valid 95 % interval +0.0102 to +0.112, 2392 units).',
};

const ada = { id: 'p-ada', name: 'Ada Researcher' };
const grace = { id: 'p-grace', name: 'Grace Admin' };
const versionEvidence = (version: ModelVersion) => ({ id: version.id, version: version.version, treeHash: version.treeHash, lineage: version.lineage });
const [swapped, native] = modelVersions as [ModelVersion, ModelVersion];
const tested = { endpointId: 'e-tagger', comparison: analysis };

function rollout(id: string, ago: number, rest: Partial<RolloutDetail>, traffic: typeof tested | null = null): RolloutDetail {
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
        evaluation: { split: report.split, targets: report.targets, itemCount: report.itemCount, accuracy: report.accuracy, paired: report.paired, control: report.control, ratios: report.ratios, runId: 'x-swap-compare', reportTree: 'ab'.repeat(32), candidate: 'swapped' },
        analysis: traffic?.comparison ?? null,
      },
      outcome,
    },
    ...rest,
  };
}

export const rollouts: RolloutDetail[] = [
  rollout('ro-2', 22, { reason: 'Same labels, a thirtieth of the latency, and more saves in the A/B. Nothing got worse.' }, tested),
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
      { state: 'rejected', person: grace, comment: 'Please show it on real traffic first: put both behind one endpoint for a day.', at: minutesAgo(58) },
    ],
  }),
];

const sandbox = (id: string, rest: Partial<Sandbox>): Sandbox => ({
  id,
  purpose: 'run',
  subjectId: '',
  attempt: 1,
  recipe: 'finetune',
  driver: 'process',
  host: 'lab-1',
  isolationLevel: 'partial',
  memoryBytes: 2 ** 32,
  createdAt: minutesAgo(4),
  endedAt: null,
  endReason: null,
  exitCode: null,
  cpuSeconds: 41,
  peakMemoryBytes: 612 * 2 ** 20,
  ...rest,
});
export const sandboxes: Sandbox[] = [
  sandbox('sb-9', { subjectId: 'x-live-domain', attempt: 2 }),
  sandbox('sb-8', { purpose: 'serve', recipe: 'serve', subjectId: 'mv-tagger-2', memoryBytes: 2 ** 30, peakMemoryBytes: 141 * 2 ** 20, createdAt: minutesAgo(41) }),
  sandbox('sb-7', { purpose: 'serve', recipe: 'serve', subjectId: 'mv-tagger-1', memoryBytes: 2 ** 30, peakMemoryBytes: 187 * 2 ** 20, createdAt: minutesAgo(41) }),
  sandbox('sb-6', { recipe: 'evaluate', subjectId: 'x-swap-compare', createdAt: minutesAgo(90), endedAt: minutesAgo(88), endReason: 'succeeded', exitCode: 0 }),
  sandbox('sb-5', { subjectId: 'x-oom-domain', peakMemoryBytes: 2 ** 32, createdAt: minutesAgo(148), endedAt: minutesAgo(147), endReason: 'out of memory', exitCode: 137 }),
];

export const isolation: IsolationReport = {
  id: 'iso-1',
  host: 'lab-1',
  driver: 'process',
  runtime: 'bubblewrap 0.8.0',
  level: 'partial',
  findings: [
    { resource: 'files', level: 'strong', reason: 'A probe could read its inputs and nothing else.', remedy: null },
    { resource: 'network', level: 'strong', reason: 'A probe reached neither loopback services nor the gateway address.', remedy: null },
    { resource: 'processes', level: 'strong', reason: 'A probe saw only itself.', remedy: null },
    { resource: 'memory', level: 'partial', reason: 'No writable memory controller: a watchdog looks every 100 ms, so a fast allocation may pass the limit for that long.', remedy: 'Start Graft with systemd-run --user --scope -p Delegate=yes' },
    { resource: 'cpu', level: 'strong', reason: 'Four busy processes got 1.00 of 1 core.', remedy: null },
    { resource: 'disk', level: 'none', reason: 'No quota on this file system and not enough rights for a loop device.', remedy: 'Put GRAFT_HOME on a file system with project quotas' },
  ],
  probes: [
    { id: 'read-env', resource: 'environment', title: 'read the platform’s environment', control: 'succeeded', inside: 'blocked', verdict: 'blocked', detail: '' },
    { id: 'connect', resource: 'network', title: 'connect to PostgreSQL', control: 'succeeded', inside: 'blocked', verdict: 'blocked', detail: '' },
    { id: 'fill-disk', resource: 'disk', title: 'fill the disk', control: 'succeeded', inside: 'succeeded', verdict: 'escaped', detail: '200 MiB were written past the limit.' },
  ],
  sharedKernel: true,
  tookMs: 4200,
  createdAt: minutesAgo(200),
};
