import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../graph/builder.js';
import { loadModel, saveModel } from '../model/files.js';
import { compose } from '../model/surgery.js';
import { contrastive, similarity } from '../losses/contrastive.js';
import { softmaxCrossEntropy } from '../losses/cross-entropy.js';
import { weightedSum, type Objective } from '../losses/loss.js';
import { openSession } from '../runtime/session.js';
import { tinyHead, tinyVit } from '../testing/tiny-networks.js';
import { constantInitial, seededRandom } from '../tensors/random.js';
import { float32 } from '../tensors/tensor.js';
import type { TrainableModel } from './trainable-model.js';
import { Trainer } from './trainer.js';

const BATCH = 16;
const CLASSES = 4;
const size = { tokens: 6, patch: 10, dim: 16, depth: 2, heads: 2 };
const models = () => ({ encoder: tinyVit(size), head: tinyHead({ size: size.dim, classes: CLASSES }) });
type Models = Readonly<Record<'encoder' | 'head', TrainableModel>>;

async function classify(g: GraphBuilder, { encoder, head }: Models): Promise<Objective> {
  const { features } = await encoder.apply(
    g,
    { patches: g.input('patches', 'float32', [BATCH, size.tokens, size.patch]) },
    ['features'],
  );
  const { logits } = await head.apply(g, { features }, ['logits']);
  return weightedSum(g, {
    label: { loss: softmaxCrossEntropy(g, logits, g.input('labels', 'int64', [BATCH])), weight: 1 },
  });
}

const classifier = (trainable: (name: string) => boolean = () => true) =>
  Trainer.create({
    models: models(),
    objective: classify,
    trainable,
    threads: 2,
    optimizer: { maxGradientNorm: 1, weightDecay: 0.05 },
  });

/** Noisy patterns, one per class. */
function batch(seed: number): { patches: Float32Array; labels: BigInt64Array } {
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

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-engine-spec-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a trainer of encoder and head', () => {
  it('brings the loss down and reports its parts', async () => {
    const trainer = await classifier();
    const losses: number[] = [];
    for (let step = 0; step < 60; step += 1) {
      const { loss, parts, gradientNorm } = await trainer.step(batch(step), 3e-3);
      losses.push(loss);
      expect(parts).toEqual({ label: loss });
      expect(gradientNorm).toBeGreaterThan(0);
    }
    expect(losses[0]).toBeGreaterThan(1);
    expect(losses.at(-1)).toBeLessThan(0.1);
    await trainer.release();
  });

  it('exports models that onnxruntime serves, with other batch sizes, at the loss training had', async () => {
    const trainer = await classifier();
    for (let step = 0; step < 5; step += 1) await trainer.step(batch(step), 3e-3);
    const { encoder, head } = trainer.export();
    const path = join(folder, 'classifier.onnx');
    await saveModel(
      compose({ model: encoder, prefix: 'encoder.' }, { model: head, prefix: 'head.' }, { features: 'features' }),
      path,
    );
    expect((await loadModel(path)).inputs).toEqual([
      { name: 'patches', type: 'float32', shape: ['n', size.tokens, size.patch] },
    ]);

    const { patches, labels } = batch(99);
    await using session = await openSession(path, { threads: 1 });
    const { logits } = await session.run({ patches: float32([BATCH, size.tokens, size.patch], patches) }, ['logits']);
    const one = await session.run(
      { patches: float32([1, size.tokens, size.patch], patches.slice(0, size.tokens * size.patch)) },
      ['logits'],
    );
    const { loss } = await trainer.step({ patches, labels }, 0);
    expect(crossEntropy(logits.data as Float32Array, labels)).toBeCloseTo(loss, 5);
    expect([...(one.logits.data as Float32Array)]).toEqual(
      [...(logits.data as Float32Array).slice(0, CLASSES)].map((value) => expect.closeTo(value, 5)),
    );
    await trainer.release();
  });

  it('goes on bit by bit after a checkpoint', async () => {
    const rate = 1e-3;
    const straight = await classifier();
    for (let step = 0; step < 3; step += 1) await straight.step(batch(step), rate);
    await straight.checkpoint(join(folder, 'resume'), { cursor: 3 });
    for (let step = 3; step < 6; step += 1) await straight.step(batch(step), rate);

    const resumed = await classifier();
    expect(await resumed.restore(join(folder, 'resume'))).toEqual({ cursor: 3 });
    expect(resumed.stepsDone).toBe(3);
    for (let step = 3; step < 6; step += 1) await resumed.step(batch(step), rate);

    const [left, right] = [straight.export(), resumed.export()];
    for (const name of ['encoder', 'head'] as const) expect(right[name].toBytes()).toEqual(left[name].toBytes());
    await straight.release();
    await resumed.release();
  });

  it('answers nothing where there is no checkpoint, and refuses one of other parameters', async () => {
    const all = await classifier();
    expect(await all.restore(join(folder, 'nothing'))).toBeUndefined();
    await all.checkpoint(join(folder, 'all'));
    const headOnly = await classifier((name) => name.startsWith('head/'));
    await expect(headOnly.restore(join(folder, 'all'))).rejects.toThrow(
      /expected the trainer's 2 parameters, found "w\/encoder/,
    );
    await all.release();
    await headOnly.release();
  });

  it('leaves frozen weights as they are', async () => {
    const trainer = await classifier((name) => name.startsWith('head/'));
    await trainer.step(batch(0), 1e-2);
    const trained = trainer.export();
    expect(trained.encoder.toBytes()).toEqual(models().encoder.toBytes());
    expect(trained.head.toBytes()).not.toEqual(models().head.toBytes());
    await trainer.release();
  });

  it('names the feed that is missing, unknown or of a wrong size', async () => {
    const trainer = await classifier();
    const { patches, labels } = batch(0);
    await expect(trainer.step({ patches }, 0)).rejects.toThrow(/Feed "labels": expected int64 \[16\], found none/);
    await expect(trainer.step({ patches, labels, extra: labels }, 0)).rejects.toThrow(
      /Feed "extra": expected one of patches, labels/,
    );
    await expect(trainer.step({ patches: patches.slice(1), labels }, 0)).rejects.toThrow(
      /"patches": expected 960 values/,
    );
    await trainer.release();
  });
});

describe('a contrastive trainer', () => {
  it('applies one encoder to two views with shared weights and learns the temperature', async () => {
    const trainer = await Trainer.create({
      models: { encoder: tinyVit(size) },
      objective: async (g, { encoder }) => {
        const view = async (name: string) =>
          g.normalize(
            (
              await encoder.apply(g, { patches: g.input(name, 'float32', [BATCH, size.tokens, size.patch]) }, [
                'features',
              ])
            ).features,
          );
        const logScale = g.parameter('logScale', [1], constantInitial(Math.log(10)));
        const logits = similarity(g, [await view('left'), await view('right')], { logScale });
        return weightedSum(g, {
          views: {
            loss: contrastive(g, logits, {
              targets: g.input('targets', 'float32', [BATCH, BATCH]),
              columnTargets: g.input('columns', 'float32', [BATCH, BATCH]),
            }),
            weight: 1,
          },
        });
      },
      threads: 2,
    });
    // Rows of one class belong together: a quarter of the batch each.
    const together = Float32Array.from({ length: BATCH * BATCH }, (_, at) =>
      Math.floor(at / BATCH) % CLASSES === at % CLASSES ? CLASSES / BATCH : 0,
    );
    const losses: number[] = [];
    for (let step = 0; step < 30; step += 1) {
      losses.push(
        (
          await trainer.step(
            { left: batch(step).patches, right: batch(1000 + step).patches, targets: together, columns: together },
            3e-3,
          )
        ).loss,
      );
    }
    // Four equal positives: no model gets below log 4.
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.5);
    expect(losses.at(-1)).toBeGreaterThan(Math.log(BATCH / CLASSES) - 1e-4);
    expect(trainer.parameter('logScale').data[0]).not.toBeCloseTo(Math.log(10), 4);
    await trainer.release();
  });
});

function crossEntropy(logits: Float32Array, labels: BigInt64Array): number {
  const rows = Array.from(labels, (label, row) => {
    const values = logits.subarray(row * CLASSES, (row + 1) * CLASSES);
    return Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)) - values[Number(label)]!;
  });
  return rows.reduce((sum, value) => sum + value, 0) / rows.length;
}
