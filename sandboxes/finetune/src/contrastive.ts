import {
  compose,
  constantInitial,
  contrastive,
  type GraphBuilder,
  learningRate,
  type Loss,
  similarity,
  softmaxCrossEntropy,
  type TrainableModel,
  Trainer,
  truncatedNormal,
  type Value,
  weightedSum,
} from '@graft/engine';
import type { TaskOf } from '@graft/protocol';
import { classIndices, labelVocabulary, NO_LABEL, type PreparedTraining, trainerOptions } from '@graft/runner';
import { ContrastiveBatches, TITLE_ENCODING } from './contrastive-batches.js';
import { refuseAdapter } from './encoder-training.js';
import type { TrainedModels } from './export-bundle.js';
import { buildHead } from './head.js';
import { Neighbours } from './neighbours.js';
import { schedule } from './schedule.js';
import { pictureInputs, type Setup } from './setup.js';
import { validationAccuracy } from './validation.js';
import { buildProjection } from './vision-encoder.js';

export type ContrastiveObjective = Extract<TaskOf<'finetune'>['input']['objective'], { kind: 'contrastive' }>;

interface Term {
  readonly loss: Loss;
  readonly weight: number;
}

const TOKEN_WIDTH = 64;
const PICTURE_WEIGHT = 0.5;
const TITLE_WEIGHT = 0.25;
/** Of each attribute. The logits of the contrastive terms are divided by a small temperature, so at equal weights they would drown these. */
const ATTRIBUTE_WEIGHT = 1;

/**
 * Trains an encoder whose vectors lie near where items belong together: pictures of one item, items that people engaged with
 * together, items that share attributes, and (through a text tower that is thrown away afterwards) items with like titles.
 * What is exported reads pictures only: a served item needs no attribute, title or click.
 */
export async function prepareDomainEncoder(
  setup: Setup,
  objective: ContrastiveObjective,
): Promise<PreparedTraining<TrainedModels>> {
  const { context, dataset, train, validation, preprocessing } = setup;
  const { training } = context.input;
  const { seed, threads } = context.task;
  refuseAdapter(context);
  const labels = labelVocabulary(train.items, objective.attributes);
  const projection = buildProjection(setup.width, objective.dim, seed);
  const encoder = compose(
    { model: setup.encoder, prefix: 'backbone.' },
    { model: projection, prefix: 'space.' },
    { image_features: 'features' },
  );
  const plan = schedule(training, train.items.length);
  const { batchSize } = plan;
  const trainer = await Trainer.create({
    models: { encoder, head: buildHead(objective.dim, labels, { seed, scale: Math.sqrt(objective.dim) }) },
    objective: async (g, models) => {
      const pixels = g.input('pixel_values', 'float32', [batchSize, 3, preprocessing.height, preprocessing.width]);
      const { image_features: vectors } = await models.encoder.apply(g, { pixel_values: pixels }, ['image_features']);
      const terms = { pictures: { loss: pictureLoss(g, vectors, objective.temperature), weight: PICTURE_WEIGHT } };
      const attributeTerms =
        objective.attributes.length === 0 ? {} : await attributeLosses(g, models.head, vectors, objective.attributes);
      const titleTerm = objective.titles
        ? { titles: { loss: titleLoss(g, vectors, objective.temperature), weight: TITLE_WEIGHT } }
        : {};
      return weightedSum(g, { ...terms, ...attributeTerms, ...titleTerm });
    },
    ...trainerOptions(training),
    threads,
    seed,
  });
  const neighbours = await Neighbours.read(objective.coEngagement ? dataset.pairs() : noPairs(), train.items);
  const attributes = objective.attributes.map((name) => ({
    name,
    classes: classIndices(train.items, name, labels[name] ?? []),
  }));
  const batches = new ContrastiveBatches(train, {
    preprocessing,
    augment: training.augment,
    titles: objective.titles,
    seed,
    batchSize,
    neighbours,
    attributes,
  });
  return {
    plan: {
      trainer,
      ...plan,
      imagesPerStep: batchSize,
      learningRate: learningRate(plan),
      feeds: (step) => batches.feeds(step),
      evaluate: () => {
        const trained = trainer.export();
        return validationAccuracy({ cache: validation, preprocessing, labels, threads }, trained.encoder, trained.head);
      },
    },
    inputs: {
      ...pictureInputs(setup),
      itemsOf: (batch) => batches.itemsOf(batch),
      labels,
      texts: objective.titles
        ? {
            encoding: TITLE_ENCODING,
            ids: 'titles.tokens',
            weights: 'titles.weights',
            readings: ({ title }) => [title],
          }
        : null,
    },
    models: () => {
      const trained = trainer.export();
      return {
        encoder: trained.encoder,
        head: objective.attributes.length > 0 ? trained.head : undefined,
        labels,
        normalised: true,
      };
    },
  };
}

/** The first half of a batch holds anchors, the second half their partners. */
function pictureLoss(g: GraphBuilder, vectors: Value, temperature: number): Loss {
  const pairs = Number(vectors.shape[0]) / 2;
  const [anchors, partners] = g.split(vectors, [pairs, pairs], 0) as [Value, Value];
  const logits = similarity(g, [anchors, partners], { temperature });
  return contrastive(g, logits, {
    targets: g.input('pairs.rows', 'float32', [pairs, pairs]),
    columnTargets: g.input('pairs.columns', 'float32', [pairs, pairs]),
  });
}

/** The attributes must be readable from the vector itself: a head on it, as swap-encoder will train one. */
async function attributeLosses(
  g: GraphBuilder,
  head: TrainableModel,
  vectors: Value,
  attributes: readonly string[],
): Promise<Record<string, Term>> {
  const logits = await head.apply(
    g,
    { image_features: vectors },
    attributes.map((name) => `logits.${name}`),
  );
  const terms = attributes.map((name) => {
    const labels = g.input(`labels.${name}`, 'int64', [Number(vectors.shape[0])]);
    const loss = softmaxCrossEntropy(g, logits[`logits.${name}`]!, labels, { ignoreIndex: NO_LABEL });
    return [`attribute/${name}`, { loss, weight: ATTRIBUTE_WEIGHT }] as const;
  });
  return Object.fromEntries(terms);
}

/** Pictures against titles: a bag of hashed words, embedded and projected to the space. Used in training only. */
function titleLoss(g: GraphBuilder, vectors: Value, temperature: number): Loss {
  const [rows, dim] = vectors.shape as [number, number];
  const { buckets, length } = TITLE_ENCODING;
  const tokens = g.input('titles.tokens', 'int64', [rows, length]);
  const weights = g.input('titles.weights', 'float32', [rows, length, 1]);
  const table = g.parameter('titles.table', [buckets, TOKEN_WIDTH], truncatedNormal(1 / Math.sqrt(TOKEN_WIDTH)));
  const bag = g.reduceSum(g.mul(g.gather(table, tokens), weights), [1], false);
  const texts = g.normalize(
    g.linear(bag, 'titles.projection', dim, { initial: truncatedNormal(1 / Math.sqrt(TOKEN_WIDTH)) }),
    1e-6,
  );
  const logScale = g.parameter('titles.logScale', [], constantInitial(Math.log(1 / temperature)));
  const logits = similarity(g, [vectors, texts], { logScale });
  return contrastive(g, logits, {
    targets: g.input('titles.rows', 'float32', [rows, rows]),
    columnTargets: g.input('titles.columns', 'float32', [rows, rows]),
  });
}

async function* noPairs(): AsyncGenerator<never> {}
