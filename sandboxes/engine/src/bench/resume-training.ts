// The training that `resume` kills: a small transformer with an adapter, frozen weights, a head, micro-batches, an average of the
// weights, validation, early stop and checkpoints. Usage: node resume-training.js FOLDER. Says "ready" when it begins to train.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isLoraWeight } from '../adapters/lora-factors.js';
import { LoraAdapter } from '../adapters/lora.js';
import { GraphBuilder } from '../graph/builder.js';
import { softmaxCrossEntropy } from '../losses/cross-entropy.js';
import { weightedSum } from '../losses/loss.js';
import { compose } from '../model/surgery.js';
import { saveModel } from '../model/files.js';
import type { Model } from '../model/model.js';
import { learningRate } from '../optimizer/schedule.js';
import { openSession } from '../runtime/session.js';
import { seededRandom } from '../tensors/random.js';
import { float32 } from '../tensors/tensor.js';
import { Trainer } from '../training/trainer.js';
import { vitNetwork } from './networks.js';

const size = { tokens: 16, patch: 24, dim: 48, depth: 2, heads: 4 };
const CLASSES = 6;
const ROWS = 16;
const MICRO_BATCHES = 2;
const STEPS = 120;

interface Batch extends Readonly<Record<string, Float32Array | BigInt64Array>> {
  readonly patches: Float32Array;
  readonly labels: BigInt64Array;
}

/** One pattern per class below a lot of noise, of a stream of its own for each seed. */
function noisyBatch(seed: string): Batch {
  const length = size.tokens * size.patch;
  const pattern = seededRandom('patterns');
  const centres = Array.from({ length: CLASSES }, () => Float32Array.from({ length }, () => pattern() - 0.5));
  const random = seededRandom(seed);
  const labels = BigInt64Array.from({ length: ROWS }, () => BigInt(Math.floor(random() * CLASSES)));
  const patches = new Float32Array(ROWS * length);
  for (const [row, label] of labels.entries())
    centres[Number(label)]!.forEach((value, at) => (patches[row * length + at] = 0.3 * value + 2 * (random() - 0.5)));
  return { patches, labels };
}

function* microBatches(step: number): Generator<Batch> {
  for (let part = 0; part < MICRO_BATCHES; part += 1) yield noisyBatch(`train/${step}/${part}`);
}

/** Mean probability of the right class on held-out rows. */
async function validated({ encoder, head }: { encoder: Model; head: Model }): Promise<Record<string, number>> {
  const model = compose(
    { model: encoder, prefix: 'encoder.' },
    { model: head, prefix: 'head.' },
    { logits: 'features' },
  );
  await using session = await openSession(model, { threads: 2 });
  let sum = 0;
  for (let part = 0; part < 4; part += 1) {
    const { patches, labels } = noisyBatch(`validation/${part}`);
    const answers = await session.run({ patches: float32([ROWS, size.tokens, size.patch], patches) }, ['scores']);
    labels.forEach((label, row) => {
      const scores = (answers.scores.data as Float32Array).subarray(row * CLASSES, (row + 1) * CLASSES);
      const total = scores.reduce((exponentials, score) => exponentials + Math.exp(score), 0);
      sum += Math.exp(scores[Number(label)]!) / total;
    });
  }
  return { probability: sum / (4 * ROWS) };
}

function newHead(): Model {
  const g = new GraphBuilder({ seed: 2 });
  const features = g.input('features', 'float32', ['n', size.dim]);
  return g.toModel({ scores: g.linear(g.gelu(features), 'scores', CLASSES) });
}

async function train(folder: string): Promise<void> {
  const adapter = LoraAdapter.create(vitNetwork({ ...size, classes: size.dim }), {
    targets: ['block*.query.weight', 'block*.value.weight', 'block*.up.weight'],
    rank: 4,
    alpha: 8,
  });
  const trainer = await Trainer.create({
    models: { encoder: adapter.attach(), head: newHead() },
    trainable: (name) => isLoraWeight(name) || !/block\d+\.(query|value|up)\.weight$/.test(name),
    freeze: ['encoder/position', 'encoder/*.norm?.*'],
    objective: async (g, { encoder, head }) => {
      const patches = g.input('patches', 'float32', [ROWS, size.tokens, size.patch]);
      const { logits } = await encoder.apply(g, { patches }, ['logits']);
      const { scores } = await head.apply(g, { features: logits }, ['scores']);
      const labels = g.input('labels', 'int64', [ROWS]);
      return weightedSum(g, { label: { loss: softmaxCrossEntropy(g, scores, labels), weight: 1 } });
    },
    optimizer: { kind: 'adamw', weightDecay: 0.05, maxGradientNorm: 1 },
    ema: { decay: 0.95 },
    threads: 2,
    seed: 7,
  });
  await trainer.fit({
    totalSteps: STEPS,
    learningRate: learningRate({ kind: 'cosine', peak: 3e-3, warmupSteps: 10, totalSteps: STEPS }),
    batches: microBatches,
    validation: { every: 5, evaluate: () => validated(trainer.export()), earlyStopping: { patience: 4 } },
    checkpoint: { folder: join(folder, 'checkpoint'), every: 3 },
    onStart: (step) => console.log(`ready ${step}`),
    onStep: ({ step }) => console.log(`step ${step}`),
  });
  const { encoder, head } = trainer.export();
  const trained = adapter.withWeightsOf(encoder);
  const out = join(folder, 'out');
  await mkdir(out, { recursive: true });
  await trained.save(join(out, 'adapter.safetensors'));
  await saveModel(trained.merge(), join(out, 'encoder.onnx'));
  await saveModel(head, join(out, 'head.onnx'));
  await trainer.release();
}

await train(process.argv[2]!);
