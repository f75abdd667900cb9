import { compose, learningRate, type Loss, Trainer, weightedSum } from '@graft/engine';
import type { TextEncoding, TextTower } from '@graft/protocol';
import { InputInvalid, labelVocabulary, type PreparedTraining, trainerOptions } from '@graft/runner';
import { centredProjection } from './centred-projection.js';
import type { ContrastiveObjective } from './contrastive.js';
import { DualBatches } from './dual-batches.js';
import { neighbourLoss, textLoss, textVectors, valueLosses } from './dual-losses.js';
import { refuseAdapter } from './encoder-training.js';
import type { TrainedModels } from './export-bundle.js';
import { HardGroups } from './hard-groups.js';
import { Neighbours } from './neighbours.js';
import { schedule } from './schedule.js';
import { pictureInputs, type Setup } from './setup.js';
import { buildTextEncoder } from './text-encoder.js';
import { textRecall } from './text-recall.js';

/** Words are rare: the moments of a word's row must forget in fewer steps than it takes to meet the word again. */
const BETA2 = 0.99;

export type DualObjective = ContrastiveObjective & { readonly text: TextTower };

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
  const encoding = encodingOf(text);
  const labels = labelVocabulary(train.items, objective.attributes);
  const neighbours = await neighboursOf(setup, objective);
  const plan = schedule(training, train.items.length);
  const { batchSize } = plan;
  const projection = await centredProjection(setup, objective.dim);
  const options = trainerOptions(training);
  const trainer = await Trainer.create({
    models: {
      vision: compose(
        { model: setup.encoder, prefix: 'backbone.' },
        { model: projection, prefix: 'space.' },
        { image_features: 'features' },
      ),
      text: buildTextEncoder(text, objective.dim, seed),
    },
    objective: async (g, models) => {
      const pixels = g.input('pixel_values', 'float32', [batchSize, 3, preprocessing.height, preprocessing.width]);
      const { image_features: vectors } = await models.vision.apply(g, { pixel_values: pixels }, ['image_features']);
      const texts = await textVectors(g, { encoder: models.text, encoding }, batchSize);
      const values = await valueLosses(g, { encoder: models.text, encoding }, vectors, labels);
      return weightedSum(g, {
        texts: { loss: textLoss(g, [vectors, texts], objective), weight: 1 },
        ...weighted(values, text.attributeWeight),
        ...(neighbours
          ? weighted({ neighbours: neighbourLoss(g, vectors, objective.temperature) }, text.neighbourWeight)
          : {}),
      });
    },
    ...options,
    optimizer: { ...options.optimizer, beta2: BETA2 },
    threads,
    seed,
  });
  const batches = new DualBatches(train, {
    preprocessing,
    augment: training.augment,
    seed,
    batchSize,
    encoding,
    metadata: text.metadata,
    dropout: text.dropout,
    labels,
    groups: text.hardNegatives && new HardGroups(train.items, text.hardNegatives),
    neighbours,
    shares: text.loss === 'info-nce',
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

const weighted = (
  losses: Readonly<Record<string, Loss>>,
  weight: number,
): Record<string, { loss: Loss; weight: number }> =>
  Object.fromEntries(Object.entries(losses).map(([name, loss]) => [name, { loss, weight }]));

const encodingOf = ({ buckets, length, ngrams, characters }: TextTower): TextEncoding => ({
  kind: 'hashed-words',
  buckets,
  length,
  ngrams,
  characters,
});

/** Null where there is no pair among the training items. */
async function neighboursOf({ dataset, train }: Setup, objective: DualObjective): Promise<Neighbours | null> {
  if (!objective.coEngagement || objective.text.neighbourWeight === 0) return null;
  const neighbours = await Neighbours.read(dataset.pairs(), train.items);
  return neighbours.isEmpty ? null : neighbours;
}
