import type { Analysis, Component, Endpoint, Isolation, Lineage, Model, ModelVersion, Port, Rollout, Sandbox } from '../api/contract.js';
import { minutesAgo } from './clock.js';

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
    components: { item_projector: { ...component('item_projector', 264_000, [port('item_embeddings', 'n', 128)], [port('image_features', 'n', 128)]), space: { id: 'sp_9c41aa03be7710ddaa11bb2233445566' } }, head },
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
const evidence: Rollout['evidence'] = [
  { id: 'ev-1', kind: 'evaluation', title: 'Held-out accuracy, swapped against native', outcome: 'pass', recordedAt: minutesAgo(87), sourceId: 'x-swap-compare', figures: [{ name: 'Accuracy gain', value: 0.243, unit: 'relative', low: 0.183, high: 0.303, n: 324 }, { name: 'Latency ratio at 20 images', value: 37.4, unit: 'x', low: 35.2, high: 39.6, n: 30 }, { name: 'Cost ratio at 20 images', value: 37.1, unit: 'x', low: 34.5, high: 39.7, n: 30 }] },
  { id: 'ev-2', kind: 'analysis', title: 'Saves per unit on endpoint tagger', outcome: 'pass', recordedAt: minutesAgo(6), sourceId: 'an-1', figures: [{ name: 'Difference', value: 0.0613, unit: 'absolute', low: 0.0102, high: 0.1124, n: 2392 }, { name: 'Sample ratio p', value: 0.7436, unit: '' }] },
];
export const rollouts: Rollout[] = [
  { id: 'ro-2', state: 'requested', modelId: 'm-tagger', modelName: 'tagger', modelVersionId: 'mv-tagger-2', version: 2, previousVersionId: 'mv-tagger-1', previousVersion: 1, endpointId: 'e-tagger', endpointName: 'tagger', reason: 'Same labels, a thirtieth of the latency, and more saves in the A/B. Nothing got worse.', requestedBy: ada, requestedAt: minutesAgo(22), evidence, approvals: [], timeline: [{ at: minutesAgo(22), state: 'requested', actor: ada.name, comment: null }] },
  { id: 'ro-1', state: 'live', modelId: 'm-tagger', modelName: 'tagger', modelVersionId: 'mv-tagger-1', version: 1, previousVersionId: null, previousVersion: null, endpointId: null, endpointName: null, reason: 'First version, so that there is something to compare with.', requestedBy: ada, requestedAt: minutesAgo(90), evidence: evidence.slice(0, 1), approvals: [{ by: grace, decision: 'approved', comment: 'Fine as a start.', at: minutesAgo(85) }], timeline: [{ at: minutesAgo(90), state: 'requested', actor: ada.name, comment: null }, { at: minutesAgo(85), state: 'approved', actor: grace.name, comment: 'Fine as a start.' }, { at: minutesAgo(84), state: 'live', actor: 'Graft', comment: null }] },
  { id: 'ro-0', state: 'rejected', modelId: 'm-tagger', modelName: 'tagger', modelVersionId: 'mv-tagger-2', version: 2, previousVersionId: 'mv-tagger-1', previousVersion: 1, endpointId: null, endpointName: null, reason: 'It is faster.', requestedBy: ada, requestedAt: minutesAgo(60), evidence: evidence.slice(0, 1), approvals: [{ by: grace, decision: 'rejected', comment: 'Please show it on real traffic first: put both behind one endpoint for a day.', at: minutesAgo(58) }], timeline: [{ at: minutesAgo(60), state: 'requested', actor: ada.name, comment: null }, { at: minutesAgo(58), state: 'rejected', actor: grace.name, comment: 'Please show it on real traffic first: put both behind one endpoint for a day.' }] },
];

const sandbox = (id: string, rest: Partial<Sandbox>): Sandbox => ({ id, driver: 'process', kind: 'finetune', state: 'running', runId: null, modelVersionId: null, label: '', pid: null, memoryMb: 4096, peakMemoryMb: 612, cpuSeconds: 41, startedAt: minutesAgo(4), endedAt: null, exit: null, ...rest });
export const sandboxes: Sandbox[] = [
  sandbox('sb-9', { label: 'fashion-encoder-swap / domain', runId: 'x-live-domain', pid: 20412 }),
  sandbox('sb-8', { kind: 'serve', label: 'tagger v2', modelVersionId: 'mv-tagger-2', pid: 18233, memoryMb: 1024, peakMemoryMb: 141, startedAt: minutesAgo(41) }),
  sandbox('sb-7', { kind: 'serve', label: 'tagger v1', modelVersionId: 'mv-tagger-1', pid: 18230, memoryMb: 1024, peakMemoryMb: 187, startedAt: minutesAgo(41) }),
  sandbox('sb-6', { label: 'catalogue-encoder-swap / compare', kind: 'evaluate', runId: 'x-swap-compare', state: 'ended', startedAt: minutesAgo(90), endedAt: minutesAgo(88), exit: 'exit 0' }),
  sandbox('sb-5', { label: 'bigger-batches / domain', runId: 'x-oom-domain', state: 'ended', peakMemoryMb: 4096, startedAt: minutesAgo(148), endedAt: minutesAgo(147), exit: 'killed: out of memory' }),
];

export const isolation: Isolation = {
  driver: 'process (bubblewrap 0.8.0)',
  level: 'partial',
  probedAt: minutesAgo(200),
  resources: [
    { resource: 'files', level: 'strong', mechanism: 'mount namespace', reason: 'a probe could read its inputs and nothing else', remedy: null },
    { resource: 'network', level: 'strong', mechanism: 'network namespace', reason: 'a probe reached neither loopback services nor the gateway address', remedy: null },
    { resource: 'processes', level: 'strong', mechanism: 'pid namespace, seccomp', reason: 'a probe saw only itself', remedy: null },
    { resource: 'memory', level: 'partial', mechanism: 'watchdog every 100 ms', reason: 'no writable memory controller, so a fast allocation may pass the limit for 100 ms', remedy: 'Start Graft with systemd-run --user --scope -p Delegate=yes' },
    { resource: 'cpu', level: 'strong', mechanism: 'cgroup v1 cpu quota', reason: '4 busy processes got 1.00 of 1 core', remedy: null },
    { resource: 'disk', level: 'none', mechanism: 'none', reason: 'no quota on this file system and not enough rights for a loop device', remedy: 'Put GRAFT_HOME on a file system with project quotas' },
  ],
};
