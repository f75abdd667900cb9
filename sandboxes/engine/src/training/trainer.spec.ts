import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel, saveModel } from '../model/files.js';
import { compose } from '../model/surgery.js';
import { contrastive, learnedScale, similarity } from '../losses/contrastive.js';
import { scalarLoss, weightedSum } from '../losses/loss.js';
import { openSession } from '../runtime/session.js';
import { BATCH, batch, CLASSES, classifier, microBatches, models, size } from '../testing/tiny-classifier.js';
import { tinyVit } from '../testing/tiny-networks.js';
import { constantInitial } from '../tensors/random.js';
import { float32 } from '../tensors/tensor.js';
import { Trainer } from './trainer.js';

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
    const headOnly = await classifier({ trainable: (name) => name.startsWith('head/') });
    const lion = await classifier({ optimizer: { kind: 'lion' } });
    await expect(lion.restore(join(folder, 'all'))).rejects.toThrow(
      /expected a checkpoint of lion, found one of adamw/,
    );
    await expect(headOnly.restore(join(folder, 'all'))).rejects.toThrow(
      /expected the trainer's 2 parameters, found "weight\/encoder/,
    );
    await all.release();
    await headOnly.release();
    await lion.release();
  });

  it.each([1, 2, 4])('makes of %i micro-batches the update of one large batch', async (parts) => {
    const [whole, small] = [await classifier(), await classifier({ batch: BATCH / parts })];
    for (let step = 0; step < 3; step += 1) {
      const large = await whole.step(batch(step), 1e-3);
      const summed = await small.step(microBatches(batch(step), parts), 1e-3);
      expect(summed.loss).toBeCloseTo(large.loss, 5);
      expect(summed.gradientNorm).toBeCloseTo(large.gradientNorm, 5);
    }
    const largest = (name: string): number => {
      const [left, right] = [whole, small].map((trainer) => trainer.parameter(name).data as Float32Array);
      return Math.max(...left!.map((value, at) => Math.abs(value - right![at]!)));
    };
    expect(largest('head/classify.weight')).toBeLessThan(1e-6);
    expect(largest('encoder/block0.up.weight')).toBeLessThan(1e-6);
    await whole.release();
    await small.release();
  });

  it('exports the average of its weights where it is asked to keep one', async () => {
    const trainer = await classifier({ ema: { decay: 0.9 } });
    const name = 'head/classify.bias';
    let average = trainer.parameter(name).data as Float32Array;
    for (let step = 0; step < 4; step += 1) {
      await trainer.step(batch(step), 1e-2);
      const decay = Math.min(0.9, (2 + step) / (11 + step));
      const now = trainer.parameter(name).data as Float32Array;
      average = average.map((value, at) => decay * value + (1 - decay) * now[at]!);
    }
    const of = (model: ReturnType<typeof trainer.export>) => [
      ...(model.head.initializers.get('classify.bias')!.data as Float32Array),
    ];
    expect(of(trainer.export())).toEqual([...average].map((value) => expect.closeTo(value, 6) as number));
    expect(of(trainer.export('last'))).toEqual([...trainer.parameter(name).data]);
    trainer.keepBest();
    const best = of(trainer.export());
    await trainer.step(batch(9), 1e-2);
    expect(of(trainer.export('best'))).toEqual(best);
    trainer.useBest();
    expect([of(trainer.export()), of(trainer.export('last'))]).toEqual([best, best]);
    await trainer.release();
  });

  it('freezes by pattern, and refuses a pattern that names nothing', async () => {
    const trainer = await classifier({ freeze: ['encoder/*', /\.bias$/] });
    await trainer.step(batch(0), 1e-2);
    const trained = trainer.export();
    expect(trained.encoder.toBytes()).toEqual(models().encoder.toBytes());
    expect(trainer.parameterCount).toBe(size.dim * CLASSES);
    await trainer.release();
    await expect(classifier({ freeze: ['encodr/*'] })).rejects.toThrow(
      /freeze: expected a pattern that names at least one of \d+ weights, found encodr\/\*/,
    );
  });

  it('holds a bounded parameter at its bound', async () => {
    const trainer = await Trainer.create({
      models: {},
      objective: (g) => {
        const scale = g.parameter('scale', [1], constantInitial(0.5), { max: 1 });
        return weightedSum(g, { away: { loss: scalarLoss(g, g.reshape(g.neg(scale), [])), weight: 1 } });
      },
      optimizer: { kind: 'sgd', momentum: 0 },
      threads: 1,
    });
    for (let step = 0; step < 3; step += 1) await trainer.step({}, 0.4);
    expect([...trainer.parameter('scale').data]).toEqual([1]);
    await trainer.release();
  });

  it('leaves frozen weights as they are', async () => {
    const trainer = await classifier({ trainable: (name) => name.startsWith('head/') });
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
        const logScale = learnedScale(g, 'logScale', { temperature: 0.1 });
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
