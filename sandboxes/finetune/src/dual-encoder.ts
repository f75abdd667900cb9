import { learningRate, Trainer } from '@graft/engine';
import { InputInvalid, type PreparedTraining, trainerOptions } from '@graft/runner';
import { centredProjection } from './centred-projection.js';
import { batchesOf, type DualObjective, dualObjective, signalsOf } from './dual-signals.js';
import { refuseAdapter } from './encoder-training.js';
import type { TrainedModels } from './export-bundle.js';
import { PictureBatches } from './picture-batches.js';
import { schedule } from './schedule.js';
import { pictureInputs, type Setup } from './setup.js';
import { buildTextEncoder } from './text-encoder.js';
import { textRecall } from './text-recall.js';
import { BETA2, withProjection } from './two-towers.js';

/**
 * Trains two towers of one space: pictures against the texts of their items, items against the text of each attribute's value
 * (a classifier whose weights the text tower writes, so that a plain "navy blue" is a good query), and items against items that
 * the same people engaged with. Both towers are exported.
 */
export async function prepareDualEncoder(
  setup: Setup,
  objective: DualObjective,
): Promise<PreparedTraining<TrainedModels>> {
  const { context, train, validation, preprocessing } = setup;
  const { training } = context.input;
  const { text } = objective;
  const { seed, threads } = context.task;
  refuseAdapter(context);
  const long = text.matryoshka.find((length) => length >= objective.dim);
  if (long !== undefined)
    throw new InputInvalid(`objective.text.matryoshka: expected lengths below dim ${objective.dim}, found ${long}.`);
  const signals = await signalsOf(setup, objective);
  const { encoding, labels } = signals;
  const plan = schedule(training, train.items.length);
  const { batchSize } = plan;
  const projection = await centredProjection(setup, objective.dim);
  const trainer = await Trainer.create({
    models: {
      vision: withProjection(setup.encoder, projection),
      text: buildTextEncoder(text, objective.dim, seed),
    },
    objective: async (g, models) => {
      const pixels = g.input('pixel_values', 'float32', [batchSize, 3, preprocessing.height, preprocessing.width]);
      const { image_features: vectors } = await models.vision.apply(g, { pixel_values: pixels }, ['image_features']);
      return dualObjective(g, vectors, models.text, signals);
    },
    ...trainerOptions(training),
    optimizer: { ...trainerOptions(training).optimizer, beta2: BETA2 },
    threads,
    seed,
  });
  const pictures = new PictureBatches(train, { preprocessing, augment: training.augment, seed, capacity: batchSize });
  const batches = batchesOf(setup, signals, {
    batchSize,
    pictures: (items, batch) => ({ pixel_values: pictures.fill(items, batch) }),
  });
  return {
    plan: {
      trainer,
      ...plan,
      imagesPerStep: batchSize,
      learningRate: learningRate(plan),
      feeds: (batch) => batches.feeds(batch),
      evaluate: () => {
        const { vision, text: texts } = trainer.export();
        return textRecall({ cache: validation, preprocessing, encoding, threads }, vision, texts);
      },
    },
    inputs: {
      ...pictureInputs(setup),
      itemsOf: (batch) => batches.itemsOf(batch),
      labels,
      texts: {
        encoding,
        ids: 'texts.ids',
        weights: 'texts.weights',
        readings: (item) => (text.metadata > 0 ? [item.title, item] : [item.title]),
      },
    },
    models: () => {
      const trained = trainer.export();
      return {
        encoder: trained.vision,
        text: { encoder: trained.text, encoding, matryoshka: text.matryoshka },
        head: undefined,
        labels: {},
        normalised: true,
      };
    },
  };
}
