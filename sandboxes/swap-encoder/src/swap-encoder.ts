import { classification, learningRate, Trainer, UnmatchedPattern } from '@graft/engine';
import {
  Dataset,
  InputInvalid,
  ItemStream,
  labelFeeds,
  labelVocabulary,
  NO_LABEL,
  openBundle,
  type RecipeContext,
  rehearse,
  runTraining,
  Snapshot,
  startWatch,
  trainerOptions,
  trainingSchedule,
} from '@graft/runner';
import { exportBundle } from './export-bundle.js';
import { headWidth, startingHead } from './head.js';
import { buildItemProjector } from './item-projector.js';
import { validationAccuracy } from './validation.js';
import { assertCovers, VectorTable } from './vector-table.js';

/**
 * Trains an item_projector over stored vectors, with the base's head behind it, and writes the bundle that needs no picture; or,
 * asked for a preflight, shows what that would read and take.
 */
export async function swapEncoder(context: RecipeContext<'swap-encoder'>): Promise<Record<string, unknown>> {
  const { input } = context;
  const watch = startWatch();
  const { training, targets } = input;
  const { seed, threads } = context.task;
  if (training.lora !== null)
    throw new InputInvalid(
      'training.lora: expected null: the projector is new, it has no weights for adapters to keep.',
    );
  const base = await openBundle(context.inputPath(input.base));
  using snapshot = await Snapshot.open(context.inputPath(input.snapshot));
  await using dataset = await Dataset.open(context.inputPath(input.dataset));
  assertCovers(snapshot, dataset);
  const train = VectorTable.of(dataset.itemsOf('train'), snapshot);
  const validation = VectorTable.of(dataset.itemsOf('val'), snapshot);
  const itemCount = train.items.length;
  if (itemCount === 0)
    throw new InputInvalid(
      'The dataset has no item in split "train". Set the split column, or import with missingSplit "hash".',
    );

  const labels = labelVocabulary(train.items, targets);
  const projector = buildItemProjector(
    { dim: snapshot.dim, hidden: input.projector.hidden, width: headWidth(base) },
    seed,
  );
  const plan = trainingSchedule(training, itemCount);
  const { batchSize } = plan;
  const trainer = await Trainer.create({
    models: { projector, head: await startingHead(base, labels, seed) },
    objective: async (g, models) => {
      const vectors = g.input('item_embeddings', 'float32', [batchSize, snapshot.dim]);
      const features = await models.projector.apply(g, { item_embeddings: vectors }, ['image_features']);
      const outputs = targets.map((target) => `logits.${target}`);
      const logits = await models.head.apply(g, features, outputs);
      const byTarget = targets.map((target) => [target, logits[`logits.${target}`]!] as const);
      const { labelSmoothing } = training;
      return classification(g, Object.fromEntries(byTarget), { labelSmoothing, ignoreIndex: NO_LABEL });
    },
    ...trainerOptions(training),
    threads,
    seed,
  }).catch((error: unknown) => {
    throw error instanceof UnmatchedPattern ? new InputInvalid(`training: ${error.message}`) : error;
  });
  const stream = new ItemStream(itemCount, seed);
  const labelsOf = labelFeeds(train.items, labels);
  const itemsOf = (batch: number): Uint32Array => stream.take(batch * batchSize, batchSize);
  const wholePlan = {
    trainer,
    ...plan,
    imagesPerStep: batchSize,
    learningRate: learningRate(plan),
    feeds: (batch: number) => {
      const chosen = itemsOf(batch);
      return { item_embeddings: train.gather(chosen), ...labelsOf(chosen) };
    },
    evaluate: () => validationAccuracy(validation, labels, trainer.export()),
  };
  if (input.preflight) {
    const inputs = {
      train: train.items,
      validation: validation.items,
      itemsOf,
      labels,
      pictures: null,
      texts: null,
    };
    const figures = await rehearse(context, { plan: wholePlan, inputs }, watch());
    await trainer.release();
    return figures;
  }
  const result = await runTraining(context, wholePlan);
  const trained = trainer.export();
  await trainer.release();
  const { space } = snapshot.manifest;
  await exportBundle(context, { ...trained, labels, space });
  context.artifact('bundle', 'bundle');
  return { steps: result.steps, trainItems: itemCount, spaceId: space.id, ...result.final };
}
