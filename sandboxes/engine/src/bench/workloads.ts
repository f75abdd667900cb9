import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { softmaxCrossEntropy } from '../losses/cross-entropy.js';
import { weightedSum, type Objective } from '../losses/loss.js';
import type { Model } from '../model/model.js';
import { seededRandom } from '../tensors/random.js';
import { elementCount, float32, int64, type Tensor } from '../tensors/tensor.js';
import type { TrainableModel } from '../training/trainable-model.js';
import { decoderNetwork, mlpNetwork, vitNetwork } from './networks.js';

/** One training step that both sides do: `peer.py` holds the same network under the same name. */
export interface Workload {
  readonly title: string;
  readonly model: () => Model;
  /** The only input; the labels follow it, one for each row of the logits. */
  readonly input: { readonly name: string; readonly values: (random: () => number) => Tensor };
  readonly classes: number;
  readonly rows: number;
  /** Steps of one block: long enough that a block outweighs the switch to it. */
  readonly stepsPerBlock: number;
}

const mlp = { batch: 128, sizes: [784, 512, 512, 10] };
export const vit = { batch: 32, tokens: 64, patch: 192, dim: 192, depth: 6, heads: 3, classes: 100 };
export const decoder = { batch: 32, tokens: 64, dim: 256, depth: 4, heads: 4, hidden: 1024, words: 2000 };

export const workloads = {
  mlp: {
    title: 'MLP 784-512-512-10, batch 128',
    model: () => mlpNetwork(mlp),
    input: { name: 'pixels', values: (random) => uniform([mlp.batch, 784], random) },
    classes: 10,
    rows: mlp.batch,
    stepsPerBlock: 40,
  },
  vit: {
    title: 'ViT of 64 tokens, d192 L6 H3, batch 32',
    model: () => vitNetwork(vit),
    input: { name: 'patches', values: (random) => uniform([vit.batch, vit.tokens, vit.patch], random) },
    classes: vit.classes,
    rows: vit.batch,
    stepsPerBlock: 4,
  },
  decoder: {
    title: 'decoder d256 L4 H4 (RMSNorm, rotary, SwiGLU), 32 x 64 tokens of 2000 words',
    model: () => decoderNetwork(decoder),
    input: { name: 'ids', values: (random) => picks([decoder.batch, decoder.tokens], decoder.words, random) },
    classes: decoder.words,
    rows: decoder.batch * decoder.tokens,
    stepsPerBlock: 3,
  },
} satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof workloads;
export const workloadNames = Object.keys(workloads) as WorkloadName[];

/** Different batches, fed in turn. */
export const BATCHES = 4;

/** Learning rate and AdamW's settings of both sides; the peer gets them by message. */
export const optimizer = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05 };

/** The batches by name: "0.<input>", "0.labels", "1.<input>" and so on. */
export function batchesOf({ input, classes, rows }: Workload): Map<string, Tensor> {
  const random = seededRandom('batches');
  const numbers = Array.from({ length: BATCHES }, (_, batch) => batch);
  return new Map(
    numbers.flatMap((batch) => [
      [`${batch}.${input.name}`, input.values(random)] as const,
      [`${batch}.labels`, picks([rows], classes, random)] as const,
    ]),
  );
}

/** Mean cross-entropy of the network's logits. */
export async function objectiveOf(
  { input, rows }: Workload,
  graph: GraphBuilder,
  network: TrainableModel,
): Promise<Objective> {
  const { type, shape } = input.values(() => 0);
  const { logits } = await network.apply(graph, { [input.name]: graph.input(input.name, type, shape) }, ['logits']);
  const loss = softmaxCrossEntropy(graph, flat(graph, logits, rows), graph.input('labels', 'int64', [rows]));
  return weightedSum(graph, { loss: { loss, weight: 1 } });
}

const flat = (graph: GraphBuilder, logits: Value, rows: number): Value =>
  graph.reshape(logits, [rows, Number(logits.shape.at(-1))]);

const uniform = (shape: readonly number[], random: () => number): Tensor =>
  float32(
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => random() * 2 - 1),
  );

const picks = (shape: readonly number[], below: number, random: () => number): Tensor =>
  int64(
    shape,
    Array.from({ length: elementCount(shape) }, () => Math.floor(random() * below)),
  );
