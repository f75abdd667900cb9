import { classification, learningRate, loadModel, type Model, Trainer } from '@graft/engine';
import {
  graphPath,
  ItemStream,
  labelFeeds,
  labelVocabulary,
  type LabelVocabulary,
  NO_LABEL,
  type PreparedTraining,
  trainerOptions,
} from '@graft/runner';
import { encoderTraining } from './encoder-training.js';
import { buildHead } from './head.js';
import { PictureBatches } from './picture-batches.js';
import { schedule } from './schedule.js';
import { pictureInputs, type Setup } from './setup.js';
import { validationAccuracy } from './validation.js';
import type { TrainedModels } from './export-bundle.js';

/** Encoder and head together learn to name each target's label. */
export async function prepareClassifier(
  setup: Setup,
  targets: readonly string[],
): Promise<PreparedTraining<TrainedModels>> {
  const { context, train, validation, preprocessing } = setup;
  const { training } = context.input;
  const { seed, threads } = context.task;
  const labels = labelVocabulary(train.items, targets);
  const plan = schedule(training, train.items.length);
  const { batchSize } = plan;
  const starting = encoderTraining(context, setup.encoder);
  const trainer = await Trainer.create({
    models: { encoder: starting.model, head: await startingHead(setup, labels) },
    trainable: starting.trainable,
    objective: async (g, models) => {
      const pixels = g.input('pixel_values', 'float32', [batchSize, 3, preprocessing.height, preprocessing.width]);
      const features = await models.encoder.apply(g, { pixel_values: pixels }, ['image_features']);
      const outputs = targets.map((target) => `logits.${target}`);
      const logits = await models.head.apply(g, features, outputs);
      const byTarget = targets.map((target) => [target, logits[`logits.${target}`]!] as const);
      const { labelSmoothing } = training;
      return classification(g, Object.fromEntries(byTarget), { labelSmoothing, ignoreIndex: NO_LABEL });
    },
    ...trainerOptions(training),
    threads,
    seed,
  });
  const stream = new ItemStream(train.items.length, seed);
  const pictures = new PictureBatches(train, { preprocessing, augment: training.augment, seed, capacity: batchSize });
  const labelsOf = labelFeeds(train.items, labels);
  const itemsOf = (batch: number): Uint32Array => stream.take(batch * batchSize, batchSize);
  return {
    plan: {
      trainer,
      ...plan,
      imagesPerStep: batchSize,
      learningRate: learningRate(plan),
      feeds: (batch) => {
        const chosen = itemsOf(batch);
        return { pixel_values: pictures.fill(chosen, batch), ...labelsOf(chosen) };
      },
      evaluate: () => {
        const { encoder, head } = trainer.export();
        return validationAccuracy(
          { cache: validation, preprocessing, labels, threads },
          starting.finish(encoder).encoder,
          head,
        );
      },
    },
    inputs: { ...pictureInputs(setup), itemsOf, labels, texts: null },
    models: () => {
      const { encoder, head } = trainer.export();
      return { ...starting.finish(encoder), head, labels, normalised: false };
    },
  };
}

/** The base's head where it answers the same labels, a new one otherwise. */
async function startingHead({ base, width, context }: Setup, labels: LabelVocabulary): Promise<Model> {
  const component = base?.manifest.components['head'];
  if (base && component && JSON.stringify(base.manifest.labels) === JSON.stringify(labels))
    return loadModel(graphPath(base, component));
  return buildHead(width, labels, { seed: context.task.seed, scale: 1 });
}
