import type { Analysis, Component, Endpoint, Lineage, Model, ModelVersion, Port } from '../api/schemas.js';
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
const component = (graph: string, sizeBytes: number, inputs: Port[], outputs: Port[]): Component => ({
  graph: { path: `${graph}.onnx`, sha256: 'ab'.repeat(32), sizeBytes },
  weights: [],
  inputs,
  outputs,
});
const space: NonNullable<Component['space']>['definition'] = {
  encoderSha256: 'ab'.repeat(32),
  preprocessing: { width: 48, height: 48, fit: 'cover', mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  pooling: 'mean',
  normalised: true,
  dim: 128,
  dtype: 'float32',
};
const head = component(
  'head',
  9_400,
  [port('image_features', 'n', 128)],
  [port('logits.style', 'n', 5), port('logits.pattern', 'n', 4)],
);

export const modelVersions: ModelVersion[] = [
  {
    id: 'mv-tagger-2',
    modelId: 'm-tagger',
    modelName: 'tagger',
    version: 2,
    aliases: ['candidate'],
    treeHash: 'b71e'.padEnd(64, '04aa'),
    lineage: lineage({
      runId: 'x-swap-swap',
      recipe: 'swap-encoder',
      spaceId: 'sp_9c41aa03be7710ddaa11bb2233445566',
      snapshotId: 'snap-2',
      baseVersionId: 'mv-tagger-1',
    }),
    components: {
      item_projector: {
        ...component(
          'item_projector',
          264_000,
          [port('item_embeddings', 'n', 128)],
          [port('image_features', 'n', 128)],
        ),
        space: { id: 'sp_9c41aa03be7710ddaa11bb2233445566', definition: space },
      },
      head,
    },
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
    components: {
      vision_encoder: component(
        'vision_encoder',
        7_600_000,
        [port('pixel_values', 'n', 3, 48, 48)],
        [port('image_features', 'n', 128)],
      ),
      head,
    },
    labels: { style: styles, pattern: patterns },
    metrics: { accuracy: 0.655 },
    createdAt: minutesAgo(93),
  },
];
export const models: Model[] = [
  {
    id: 'm-tagger',
    name: 'tagger',
    description: 'Names the style and the pattern of a product picture.',
    aliases: [
      { alias: 'champion', versionId: 'mv-tagger-1', movedAt: minutesAgo(84) },
      { alias: 'candidate', versionId: 'mv-tagger-2', movedAt: minutesAgo(50) },
    ],
    createdAt: minutesAgo(93),
  },
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
      {
        name: 'native',
        role: 'control',
        modelVersionId: 'mv-tagger-1',
        modelVersion: 1,
        weight: 0.5,
        serverState: 'ready',
        serverMessage: null,
        traffic: { requests: 2412, errors: 0, units: 1204, latencyP50Ms: 101.2, latencyP95Ms: 134.9 },
      },
      {
        name: 'swapped',
        role: 'treatment',
        modelVersionId: 'mv-tagger-2',
        modelVersion: 2,
        weight: 0.5,
        serverState: 'ready',
        serverMessage: null,
        traffic: { requests: 2388, errors: 1, units: 1188, latencyP50Ms: 3.1, latencyP95Ms: 4.4 },
      },
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
      absolute: {
        estimate: 0.0613,
        fixed: { low: 0.0335, high: 0.0891 },
        fixedPValue: 0.00002,
        alwaysValid: { low: 0.0102, high: 0.1124 },
        alwaysValidPValue: 0.011,
      },
      relative: {
        estimate: 0.555,
        fixed: { low: 0.24, high: 0.87 },
        fixedPValue: 0.0006,
        alwaysValid: { low: 0.04, high: 1.07 },
        alwaysValidPValue: 0.031,
      },
      outcome: 'pass',
      reason: 'swapped is better.',
    },
  ],
  outcome: 'pass',
  sentence:
    'Swapped is better: 17.17 % save with swapped against 11.05 % save with native, difference +0.0613 (always-valid 95 % interval +0.0102 to +0.112, 2392 units).',
};
