import { sumAll } from '../autodiff/broadcast.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import type { Loss } from './loss.js';

export interface CrossEntropyOptions {
  /** Share of the probability spread evenly over all classes (Szegedy et al., 2016). */
  readonly labelSmoothing?: number;
  /** Rows with this label count for nothing, in the sum and in the mean. */
  readonly ignoreIndex?: number;
}

/**
 * Mean softmax cross-entropy of `logits` f32 [rows, classes] and `labels` int64 [rows].
 * The gradient is written down directly, (softmax - target) / rows that count: one exponential instead of three passes.
 */
export function softmaxCrossEntropy(
  graph: GraphBuilder,
  logits: Value,
  labels: Value,
  { labelSmoothing = 0, ignoreIndex }: CrossEntropyOptions = {},
): Loss {
  const [rows, classes] = fixedShape(logits) as [number, number];
  if (logits.shape.length !== 2 || labels.shape.length !== 1 || labels.shape[0] !== rows) {
    throw new Error(
      `Cross-entropy: expected logits [rows, classes] and labels [rows], found [${logits.shape.join(', ')}] and [${labels.shape.join(', ')}].`,
    );
  }
  const ignored =
    ignoreIndex === undefined
      ? undefined
      : graph.equal(labels, graph.constant({ type: 'int64', shape: [], data: BigInt64Array.of(BigInt(ignoreIndex)) }));
  const targets = graph.reshape(ignored ? graph.where(ignored, graph.integers([0]), labels) : labels, [rows, 1]);
  const weights = rowWeights(graph, rows, ignored);

  const logProbabilities = graph.logSoftmax(logits);
  const picked = graph.mul(graph.gatherElements(logProbabilities, targets, 1), -(1 - labelSmoothing));
  const spread =
    labelSmoothing === 0 ? undefined : graph.mul(graph.reduceSum(logProbabilities, [1]), -labelSmoothing / classes);
  const perRow = spread ? graph.add(picked, spread) : picked;

  const softmax = graph.exp(logProbabilities);
  const smoothed = labelSmoothing === 0 ? softmax : graph.sub(softmax, labelSmoothing / classes);
  const gradient = graph.scatterElementsAdd(graph.mul(smoothed, weights), {
    indices: targets,
    updates: graph.mul(weights, -(1 - labelSmoothing)),
    axis: 1,
  });
  return { value: sumAll(graph, graph.mul(perRow, weights)), seeds: [{ of: logits, gradient }] };
}

/** 1 / rows that count, [rows, 1]; where none counts the loss is 0, not a division by zero. */
function rowWeights(graph: GraphBuilder, rows: number, ignored: Value | undefined): Value {
  if (!ignored) return graph.filled([rows, 1], 1 / rows);
  const counts = graph.where(ignored, 0, 1);
  const number = sumAll(graph, counts);
  const atLeastOne = graph.where(graph.greater(number, 0.5), number, 1);
  return graph.reshape(graph.div(counts, atLeastOne), [rows, 1]);
}
