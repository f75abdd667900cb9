import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { softmaxCrossEntropy } from './cross-entropy.js';
import type { Loss } from './loss.js';

export interface SampledSoftmaxOptions {
  /** int64 [rows]: which candidate is the right one. */
  readonly labels: Value;
  /** f32 [candidates]: log of the probability with which each came among the candidates (for in-batch negatives: of its share of the data). */
  readonly logProbability: Value;
  /** f32 [rows, candidates], with 1 where a candidate is right as well although it is not the row's label: it is left out. */
  readonly alsoRight?: Value;
}

/** Enough to make any probability 0, little enough to add up. */
const LEFT_OUT = 1e9;

/**
 * Cross-entropy over a sample of classes in place of all of them: `logits` f32 [rows, candidates], corrected by the candidates'
 * log probability, without which popular candidates would be pushed away for being drawn often (Bengio and Senécal, 2008;
 * for two towers Yi et al., 2019).
 */
export function sampledSoftmax(
  graph: GraphBuilder,
  logits: Value,
  { labels, logProbability, alsoRight }: SampledSoftmaxOptions,
): Loss {
  const candidates = fixedShape(logits)[1]!;
  const corrected = graph.sub(logits, graph.reshape(logProbability, [1, candidates]));
  return softmaxCrossEntropy(
    graph,
    alsoRight ? graph.sub(corrected, graph.mul(alsoRight, LEFT_OUT)) : corrected,
    labels,
  );
}
