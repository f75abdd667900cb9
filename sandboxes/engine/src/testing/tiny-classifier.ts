import type { GraphBuilder } from '../graph/builder.js';
import { softmaxCrossEntropy } from '../losses/cross-entropy.js';
import { weightedSum, type Objective } from '../losses/loss.js';
import { seededRandom } from '../tensors/random.js';
import type { TrainableModel } from '../training/trainable-model.js';
import { Trainer, type TrainerOptions } from '../training/trainer.js';
import { tinyHead, tinyVit } from './tiny-networks.js';

export const BATCH = 16;
export const CLASSES = 4;
export const size = { tokens: 6, patch: 10, dim: 16, depth: 2, heads: 2 };
export const models = () => ({ encoder: tinyVit(size), head: tinyHead({ size: size.dim, classes: CLASSES }) });

type Name = 'encoder' | 'head';
type Options = Partial<Omit<TrainerOptions<Name>, 'objective'>> & { readonly batch?: number };

/** A trainer of encoder and head; everything about it but the objective may be chosen. */
export const classifier = ({ batch: rows = BATCH, ...options }: Options = {}): Promise<Trainer<Name>> =>
  Trainer.create({
    models: models(),
    objective: (g, applied) => objective(g, applied, rows),
    threads: 2,
    optimizer: { maxGradientNorm: 1, weightDecay: 0.05 },
    ...options,
  });

async function objective(
  g: GraphBuilder,
  { encoder, head }: Readonly<Record<Name, TrainableModel>>,
  rows: number,
): Promise<Objective> {
  const patches = g.input('patches', 'float32', [rows, size.tokens, size.patch]);
  const { features } = await encoder.apply(g, { patches }, ['features']);
  const { logits } = await head.apply(g, { features }, ['logits']);
  return weightedSum(g, {
    label: { loss: softmaxCrossEntropy(g, logits, g.input('labels', 'int64', [rows])), weight: 1 },
  });
}

interface Batch extends Readonly<Record<string, Float32Array | BigInt64Array>> {
  readonly patches: Float32Array;
  readonly labels: BigInt64Array;
}

/** Noisy patterns, one per class. */
export function batch(seed: number): Batch {
  const patterns = seededRandom('patterns');
  const length = size.tokens * size.patch;
  const centres = Array.from({ length: CLASSES }, () => Float32Array.from({ length }, () => patterns() * 2 - 1));
  const random = seededRandom(seed);
  const labels = BigInt64Array.from({ length: BATCH }, (_, row) => BigInt(row % CLASSES));
  const patches = Float32Array.from(
    { length: BATCH * length },
    (_, at) => centres[Math.floor(at / length) % CLASSES]![at % length]! + random() - 0.5,
  );
  return { patches, labels };
}

/** The rows of a batch in `parts` equal pieces, in one buffer that is filled again for each. */
export function* microBatches({ patches, labels }: Batch, parts: number): Generator<Batch> {
  const [long, short] = [patches.length / parts, labels.length / parts];
  const buffer = { patches: new Float32Array(long), labels: new BigInt64Array(short) };
  for (let part = 0; part < parts; part += 1) {
    buffer.patches.set(patches.subarray(part * long, (part + 1) * long));
    buffer.labels.set(labels.subarray(part * short, (part + 1) * short));
    yield buffer;
  }
}
