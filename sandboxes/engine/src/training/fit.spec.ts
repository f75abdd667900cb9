import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { learningRate } from '../optimizer/schedule.js';
import { BATCH, batch, classifier, microBatches } from '../testing/tiny-classifier.js';
import type { Figures, FitPlan } from './fit.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-engine-spec-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const everything = {
  batch: BATCH / 2,
  ema: { decay: 0.9 },
  freeze: ['encoder/position'],
  optimizer: { kind: 'lion', maxGradientNorm: 1 },
} as const;

/** Scores rise up to step 6 and fall afterwards. */
const scores = (step: number): number => (step <= 6 ? step : 12 - step);

class Killed extends Error {}

/** Trains with everything on, dies after the steps of `deaths` and begins again from the checkpoint; answers the exported bytes. */
async function trained(name: string, deaths: readonly number[]) {
  const left = [...deaths];
  const validated: number[] = [];
  for (;;) {
    const trainer = await classifier(everything);
    const plan: FitPlan = {
      totalSteps: 40,
      learningRate: learningRate({ kind: 'linear', peak: 1e-3, warmupSteps: 3, totalSteps: 40 }),
      batches: (step) => microBatches(batch(step), 2),
      validation: {
        every: 2,
        evaluate: (): Promise<Figures> => Promise.resolve({ score: scores(trainer.stepsDone) }),
        earlyStopping: { patience: 2 },
      },
      checkpoint: { folder: join(folder, name), every: 3 },
      onValidation: (step) => validated.push(step),
      onStep: ({ step }) => {
        if (step !== left[0]) return;
        left.shift();
        throw new Killed();
      },
    };
    try {
      const result = await trainer.fit(plan);
      const { encoder, head } = trainer.export();
      return { result, validated, bytes: [encoder.toBytes(), head.toBytes()] };
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    } finally {
      await trainer.release();
    }
  }
}

describe('a whole training', () => {
  it('stops after validations without gain and goes back to the best weights', async () => {
    const { result, validated } = await trained('stops', []);
    expect(validated).toEqual([2, 4, 6, 8, 10]);
    expect(result).toMatchObject({ steps: 10, weightsOfStep: 6, stoppedEarly: true, final: { score: 6 } });
    expect(result.final['loss']).toBeGreaterThan(0);
  });

  it.each([
    ['before the first checkpoint', [2]],
    ['between checkpoints, again and again', [4, 5, 8]],
    ['after the best weights were kept', [7, 9]],
    ['after its end', [10]],
  ])('ends in the same bytes when it dies %s', async (name, deaths) => {
    const unbroken = await trained(`${name}, unbroken`, []);
    const broken = await trained(name, deaths);
    expect(broken.bytes).toEqual(unbroken.bytes);
    expect(broken.result).toEqual(unbroken.result);
  });

  it('needs a figure to stop early by', async () => {
    const trainer = await classifier();
    const plan: FitPlan = {
      totalSteps: 2,
      learningRate: () => 1e-3,
      batches: batch,
      validation: { every: 1, evaluate: () => Promise.resolve({}), earlyStopping: { patience: 1 } },
    };
    await expect(trainer.fit(plan)).rejects.toThrow(/expected a score from the validation at step 1, found none in {}/);
    await trainer.release();
  });
});
