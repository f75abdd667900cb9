import { loadModel, type Model, softmaxCrossEntropy, Trainer, warmupCosine, weightedSum } from '@graft/engine';
import {
  classIndices,
  graphPath,
  ItemStream,
  labelVocabulary,
  type LabelVocabulary,
  NO_LABEL,
  runTraining,
  type TrainingResult,
} from '@graft/runner';
import { buildHead } from './head.js';
import { PictureBatches } from './picture-batches.js';
import { schedule } from './schedule.js';
import type { Setup } from './setup.js';
import { validationAccuracy } from './validation.js';
import type { TrainedModels } from './export-bundle.js';

/** Trains encoder and head together to name each target's label. */
export async function trainClassifier(
  setup: Setup,
  targets: readonly string[],
): Promise<TrainedModels & TrainingResult> {
  const { context, train, validation, preprocessing } = setup;
  const { training } = context.input;
  const { seed, threads } = context.task;
  const labels = labelVocabulary(train.items, targets);
  const { batchSize, ...steps } = schedule(training, train.items.length);
  const trainer = await Trainer.create({
    models: { encoder: setup.encoder, head: await startingHead(setup, labels) },
    objective: async (g, models) => {
      const pixels = g.input('pixel_values', 'float32', [batchSize, 3, preprocessing.height, preprocessing.width]);
      const { image_features: features } = await models.encoder.apply(g, { pixel_values: pixels }, ['image_features']);
      const logits = await models.head.apply(
        g,
        { image_features: features },
        targets.map((target) => `logits.${target}`),
      );
      const loss = (target: string) =>
        softmaxCrossEntropy(g, logits[`logits.${target}`]!, g.input(`labels.${target}`, 'int64', [batchSize]), {
          labelSmoothing: training.labelSmoothing,
          ignoreIndex: NO_LABEL,
        });
      return weightedSum(
        g,
        Object.fromEntries(targets.map((target) => [target, { loss: loss(target), weight: 1 / targets.length }])),
      );
    },
    optimizer: { weightDecay: training.weightDecay, maxGradientNorm: 1 },
    threads,
    seed,
  });
  await trainer.restore(context.checkpointDir);
  const stream = new ItemStream(train.items.length, seed);
  const batches = new PictureBatches(train, { preprocessing, augment: training.augment, seed, capacity: batchSize });
  const classes = targets.map((target) => ({
    target,
    indices: classIndices(train.items, target, labels[target] ?? []),
  }));
  const result = await runTraining(context, {
    trainer,
    ...steps,
    imagesPerStep: batchSize,
    checkpointEvery: training.checkpointEvery,
    learningRate: warmupCosine({ peak: training.learningRate, ...steps }),
    feeds: (step) => {
      const chosen = stream.take(step * batchSize, batchSize);
      const labelFeeds = classes.map(({ target, indices }) => [
        `labels.${target}`,
        BigInt64Array.from(chosen, (item) => BigInt(indices[item]!)),
      ]);
      return { pixel_values: batches.fill(chosen, step), ...Object.fromEntries(labelFeeds) };
    },
    evaluate: () => {
      const { encoder, head } = trainer.export();
      return validationAccuracy({ cache: validation, preprocessing, labels, threads }, encoder, head);
    },
  });
  const { encoder, head } = trainer.export();
  await trainer.release();
  return { ...result, encoder, head, labels, normalised: false };
}

/** The base's head where it answers the same labels, a new one otherwise. */
async function startingHead({ base, width, context }: Setup, labels: LabelVocabulary): Promise<Model> {
  const component = base?.manifest.components['head'];
  if (base && component && JSON.stringify(base.manifest.labels) === JSON.stringify(labels))
    return loadModel(graphPath(base, component));
  return buildHead(width, labels, { seed: context.task.seed, scale: 1 });
}
