import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/graph.js';
import { contrastive } from '../../losses/contrastive.js';
import { softmaxCrossEntropy } from '../../losses/cross-entropy.js';
import type { Loss } from '../../losses/loss.js';
import type { Model } from '../../model/model.js';
import { float32, int64, type Tensor } from '../../tensors/tensor.js';
import { noise } from '../fused-node.js';
import { mobileNet, resnet } from './convolutional.js';
import { gpt2 } from './gpt2.js';
import { qwen3 } from './qwen3.js';
import { qwen3Fused } from './qwen3-fused.js';
import { bert, clip } from './text.js';
import { vit } from './vision.js';

export interface Architecture {
  readonly model: Model;
  /** One batch by input. A tensor without elements is a past that has not begun. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly output: string;
  readonly loss: (graph: GraphBuilder, output: Value) => Loss;
  /** How far finite differences move; several where Relu and MaxPool have kinks. */
  readonly steps?: readonly number[];
}

const BATCH = 3;
const LENGTH = 5;
const WORDS = 11;

const classes = (graph: GraphBuilder, logits: Value): Loss =>
  softmaxCrossEntropy(graph, logits, graph.constant(int64([BATCH], [0, 2, 1])));

/** The word that comes next; the padding of the second row counts for nothing. */
function nextWords(graph: GraphBuilder, logits: Value): Loss {
  const labels = int64([BATCH * LENGTH], [3, 1, 4, 1, 5, 9, 2, -1, -1, -1, 6, 5, 3, 5, 8]);
  return softmaxCrossEntropy(graph, graph.reshape(logits, [BATCH * LENGTH, WORDS]), graph.constant(labels), {
    ignoreIndex: -1,
  });
}

const ids = int64([BATCH, LENGTH], [2, 3, 1, 4, 1, 7, 9, 2, 0, 0, 8, 6, 5, 3, 5]);
const attentionMask = int64([BATCH, LENGTH], [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1]);
const positions = int64([BATCH, LENGTH], [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
const pictures = noise(BATCH, 3, 8, 8);
const text = { dim: 8, heads: 2, depth: 2, words: WORDS, positions: 8 };
const vision = { dim: 8, heads: 2, depth: 1, patch: 4, patches: 4 };
const decoder = { dim: 16, heads: 4, groups: 2, size: 16, depth: 2, words: WORDS };
const kinked = [1e-2, 5e-3, 3e-3, 2e-3, 1.5e-3, 1e-3];
const emptyPast = Object.fromEntries(
  [0, 1].flatMap((layer) =>
    ['key', 'value'].map((part) => [
      `past_key_values.${layer}.${part}`,
      float32([BATCH, decoder.groups, 0, decoder.size], []),
    ]),
  ),
);

/** Seeded miniatures of what exporters write. */
export const architectures: Readonly<Record<string, () => Architecture>> = {
  ViT: () => ({
    model: vit({ ...vision, depth: 2, classes: 4 }),
    feeds: { pixel_values: pictures },
    output: 'logits',
    loss: classes,
  }),
  CLIP: () => ({
    model: clip({ text, vision }),
    feeds: { input_ids: ids, pixel_values: pictures },
    output: 'logits_per_image',
    loss: (graph, logits) => contrastive(graph, logits, { columnTargets: true }),
  }),
  BERT: () => ({
    model: bert({ ...text, classes: 3 }),
    feeds: {
      input_ids: ids,
      attention_mask: attentionMask,
      token_type_ids: int64([BATCH, LENGTH], [0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1]),
    },
    output: 'logits',
    loss: classes,
  }),
  ResNet: () => ({
    model: resnet({ channels: 4, classes: 3 }),
    feeds: { input: noise(BATCH, 3, 16, 16) },
    output: 'output',
    loss: classes,
    steps: kinked,
  }),
  MobileNetV2: () => ({
    model: mobileNet({ channels: 4, classes: 3 }),
    feeds: { input: noise(BATCH, 3, 10, 10) },
    output: 'output',
    loss: classes,
    steps: kinked,
  }),
  'GPT-2': () => ({ model: gpt2(text), feeds: { input_ids: ids }, output: 'logits', loss: nextWords }),
  Qwen3: () => ({
    model: qwen3(decoder),
    feeds: { input_ids: ids, attention_mask: attentionMask, position_ids: positions },
    output: 'logits',
    loss: nextWords,
  }),
  'Qwen3 with fused operators': () => ({
    model: qwen3Fused(decoder),
    feeds: { input_ids: ids, attention_mask: attentionMask, ...emptyPast },
    output: 'logits',
    loss: nextWords,
  }),
  'Qwen3 with fused operators over 4-bit weights': () => ({
    model: qwen3Fused({ ...decoder, quantised: true }),
    feeds: { input_ids: ids, attention_mask: attentionMask, ...emptyPast },
    output: 'logits',
    loss: nextWords,
  }),
};
