import {
  type GraphBuilder,
  type Loss,
  type Objective,
  type TrainableModel,
  type Value,
  weightedSum,
} from '@graft/engine';
import type { TextEncoding, TextTower } from '@graft/protocol';
import { labelVocabulary, type LabelVocabulary } from '@graft/runner';
import type { ContrastiveObjective } from './contrastive.js';
import { DualBatches, type DualBatchOptions } from './dual-batches.js';
import { neighbourLoss, textLoss, textVectors, valueLosses } from './dual-losses.js';
import { HardGroups } from './hard-groups.js';
import { Neighbours } from './neighbours.js';
import type { Setup } from './setup.js';

export type DualObjective = ContrastiveObjective & { readonly text: TextTower };

/** What a dual encoder learns from. */
export interface DualSignals {
  readonly objective: DualObjective;
  readonly encoding: TextEncoding;
  readonly labels: LabelVocabulary;
  /** Null where no pair connects two training items. */
  readonly neighbours: Neighbours | null;
}

export async function signalsOf(setup: Setup, objective: DualObjective): Promise<DualSignals> {
  const { buckets, length, ngrams, characters } = objective.text;
  return {
    objective,
    encoding: { kind: 'hashed-words', buckets, length, ngrams, characters },
    labels: labelVocabulary(setup.train.items, objective.attributes),
    neighbours: await neighboursOf(setup, objective),
  };
}

async function neighboursOf({ dataset, train }: Setup, objective: DualObjective): Promise<Neighbours | null> {
  if (!objective.coEngagement || objective.text.neighbourWeight === 0) return null;
  const neighbours = await Neighbours.read(dataset.pairs(), train.items);
  return neighbours.isEmpty ? null : neighbours;
}

/** The losses of a batch: `vectors` f32 [batch, dim] of its pictures, and its texts through the text tower. */
export async function dualObjective(
  g: GraphBuilder,
  vectors: Value,
  text: TrainableModel,
  { objective, encoding, labels, neighbours }: DualSignals,
): Promise<Objective> {
  const texts = await textVectors(g, { encoder: text, encoding }, Number(vectors.shape[0]));
  const values = await valueLosses(g, { encoder: text, encoding }, vectors, labels);
  return weightedSum(g, {
    texts: { loss: textLoss(g, [vectors, texts], objective), weight: 1 },
    ...weighted(values, objective.text.attributeWeight),
    ...(neighbours
      ? weighted({ neighbours: neighbourLoss(g, vectors, objective.temperature) }, objective.text.neighbourWeight)
      : {}),
  });
}

const weighted = (
  losses: Readonly<Record<string, Loss>>,
  weight: number,
): Record<string, { loss: Loss; weight: number }> =>
  Object.fromEntries(Object.entries(losses).map(([name, loss]) => [name, { loss, weight }]));

/** The batches that feed `dualObjective`. */
export function batchesOf(
  { context, train }: Setup,
  { objective, encoding, labels, neighbours }: DualSignals,
  { batchSize, pictures }: Pick<DualBatchOptions, 'batchSize' | 'pictures'>,
): DualBatches {
  const { metadata, dropout, hardNegatives, loss } = objective.text;
  return new DualBatches(train.items, {
    pictures,
    seed: context.task.seed,
    batchSize,
    encoding,
    metadata,
    dropout,
    labels,
    groups: hardNegatives && new HardGroups(train.items, hardNegatives),
    neighbours,
    shares: loss === 'info-nce',
  });
}
