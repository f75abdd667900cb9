import { softmaxCrossEntropy, Trainer, warmupCosine, weightedSum } from '@graft/engine';
import {
  classIndices,
  Dataset,
  InputInvalid,
  ItemStream,
  labelVocabulary,
  NO_LABEL,
  openBundle,
  type RecipeContext,
  runTraining,
  Snapshot,
} from '@graft/runner';
import { exportBundle } from './export-bundle.js';
import { headWidth, startingHead } from './head.js';
import { buildItemProjector } from './item-projector.js';
import { validationAccuracy } from './validation.js';
import { assertCovers, VectorTable } from './vector-table.js';

/** Trains an item_projector over stored vectors, with the base's head behind it, and writes the bundle that needs no picture. */
export async function swapEncoder(context: RecipeContext<'swap-encoder'>): Promise<Record<string, unknown>> {
  const { input } = context;
  const { training, targets } = input;
  const { seed, threads } = context.task;
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
  const batchSize = Math.min(training.batchSize, itemCount);
  const totalSteps = Math.max(1, Math.round((training.epochs * itemCount) / batchSize));
  const trainer = await Trainer.create({
    models: { projector, head: await startingHead(base, labels, seed) },
    objective: async (g, models) => {
      const vectors = g.input('item_embeddings', 'float32', [batchSize, snapshot.dim]);
      const { image_features: features } = await models.projector.apply(g, { item_embeddings: vectors }, [
        'image_features',
      ]);
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
  const stream = new ItemStream(itemCount, seed);
  const classes = targets.map((target) => ({
    target,
    indices: classIndices(train.items, target, labels[target] ?? []),
  }));
  const result = await runTraining(context, {
    trainer,
    totalSteps,
    stepsPerEpoch: Math.max(1, Math.round(itemCount / batchSize)),
    imagesPerStep: batchSize,
    checkpointEvery: training.checkpointEvery,
    learningRate: warmupCosine({
      peak: training.learningRate,
      warmupSteps: Math.round(training.warmup * totalSteps),
      totalSteps,
    }),
    feeds: (step) => {
      const chosen = stream.take(step * batchSize, batchSize);
      const labelFeeds = classes.map(({ target, indices }) => [
        `labels.${target}`,
        BigInt64Array.from(chosen, (item) => BigInt(indices[item]!)),
      ]);
      return { item_embeddings: train.gather(chosen), ...Object.fromEntries(labelFeeds) };
    },
    evaluate: () => validationAccuracy(validation, labels, trainer.export()),
  });
  const trained = trainer.export();
  await trainer.release();
  const { space } = snapshot.manifest;
  await exportBundle(context, { ...trained, labels, space });
  context.artifact('bundle', 'bundle');
  return { steps: result.steps, trainItems: itemCount, spaceId: space.id, ...result.final };
}
