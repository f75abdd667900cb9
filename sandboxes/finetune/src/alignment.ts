import { join } from 'node:path';
import { learningRate, type Model, Trainer } from '@graft/engine';
import { runTraining, trainerOptions, trainingSchedule, type TrainingReport, type TrainingResult } from '@graft/runner';
import { centredProjection } from './centred-projection.js';
import { batchesOf, type DualObjective, dualObjective, signalsOf } from './dual-signals.js';
import { FeatureViews } from './feature-views.js';
import type { TrainedModels } from './export-bundle.js';
import type { FinetuneContext, Setup } from './setup.js';
import { buildTextEncoder } from './text-encoder.js';
import { textRecall } from './text-recall.js';
import { BETA2, backboneOf, withProjection } from './two-towers.js';

export type AlignedModels = TrainedModels & Pick<TrainingResult, 'final'>;
type Alignment = NonNullable<DualObjective['text']['alignment']>;

/**
 * Trains a new projection and a new text tower on the features of a backbone that stays as it is (Zhai et al., 2022: locked-image
 * tuning): a step costs little, so batches may be large and passes many. On held-out products titles found their picture first
 * three times as often as after training both towers together alone.
 */
export async function align(
  setup: Setup,
  trained: TrainedModels,
  objective: DualObjective,
  alignment: Alignment,
): Promise<AlignedModels> {
  const { context, validation, preprocessing } = setup;
  const { seed, threads } = context.task;
  const { text } = objective;
  const backbone = backboneOf(trained.encoder);
  const signals = await signalsOf(setup, objective);
  const training = { ...context.input.training, ...alignment, accumulation: 1, earlyStopping: null };
  const plan = trainingSchedule(training, setup.train.items.length, { batchOf: 2 });
  const { batchSize } = plan;
  const views = await FeatureViews.encode(setup, backbone);
  const trainer = await Trainer.create({
    models: {
      projection: await centredProjection({ ...setup, encoder: backbone }, objective.dim),
      text: buildTextEncoder(text, objective.dim, seed),
    },
    objective: async (g, models) => {
      const features = g.input('features', 'float32', [batchSize, setup.width]);
      const { image_features: vectors } = await models.projection.apply(g, { features }, ['image_features']);
      return dualObjective(g, vectors, models.text, signals);
    },
    optimizer: { ...trainerOptions(training).optimizer, beta2: BETA2 },
    threads,
    seed,
  });
  const batches = batchesOf(setup, signals, {
    batchSize,
    pictures: (items, batch) => ({ features: views.fill(items, batch) }),
  });
  const towers = (): { encoder: Model; text: Model } => {
    const trained = trainer.export();
    return { encoder: withProjection(backbone, trained.projection), text: trained.text };
  };
  const { final } = await runTraining(reportOf(context), {
    trainer,
    ...plan,
    imagesPerStep: batchSize,
    learningRate: learningRate(plan),
    feeds: (batch) => batches.feeds(batch),
    evaluate: () => {
      const { encoder, text: texts } = towers();
      return textRecall({ cache: validation, preprocessing, encoding: signals.encoding, threads }, encoder, texts);
    },
  });
  const { encoder, text: texts } = towers();
  await trainer.release();
  return {
    final,
    encoder,
    text: { encoder: texts, encoding: signals.encoding, matryoshka: text.matryoshka },
    head: undefined,
    labels: {},
    normalised: true,
  };
}

/** Alignment is a training of its own within the run: its curves and its checkpoints are kept apart. */
function reportOf(context: FinetuneContext): TrainingReport {
  return {
    checkpointDir: join(context.checkpointDir, 'alignment'),
    metric: (name, step, value) => context.metric(`alignment/${name}`, step, value),
    progress: (fraction, _phase, message) => context.progress(fraction, 'aligning', message),
    log: (level, message) => context.log(level, message),
    checkpoint: (step) => context.checkpoint(step),
    breathe: () => context.breathe(),
  };
}
