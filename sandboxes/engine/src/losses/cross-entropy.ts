import { sumAll } from '../autodiff/broadcast.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { float32 } from '../tensors/tensor.js';
import type { Loss } from './loss.js';

export interface CrossEntropyOptions {
  /** Share of the probability spread evenly over all classes (Szegedy et al., 2016). */
  readonly labelSmoothing?: number;
  /** Rows with this label count for nothing, in the sum and in the mean. */
  readonly ignoreIndex?: number;
  /** One per class: a row counts as much as its label's. */
  readonly classWeights?: readonly number[];
  /** f32 [rows], at least 0: how much each row counts. */
  readonly rowWeights?: Value;
}

/**
 * Mean softmax cross-entropy of `logits` f32 [rows, classes] and `labels` int64 [rows], weighted where rows count differently.
 * The gradient is written down directly, (softmax - target) * weight of the row: one exponential instead of three passes.
 */
export function softmaxCrossEntropy(
  graph: GraphBuilder,
  logits: Value,
  labels: Value,
  options: CrossEntropyOptions = {},
): Loss {
  const { labelSmoothing = 0, ignoreIndex } = options;
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
  const weights = rowShares(graph, { rows, classes, ignored, targets }, options);

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

/** How much of the mean each row is, [rows, 1]: they sum to 1, or to 0 where no row counts, so that the loss is 0 there and not 0 / 0. */
function rowShares(
  graph: GraphBuilder,
  row: { rows: number; classes: number; ignored: Value | undefined; targets: Value },
  { classWeights, rowWeights }: CrossEntropyOptions,
): Value {
  const { rows, classes, ignored, targets } = row;
  const factors = [
    ...(ignored ? [graph.reshape(graph.where(ignored, 0, 1), [rows, 1])] : []),
    ...(classWeights ? [graph.gather(classVector(graph, classWeights, classes), targets)] : []),
    ...(rowWeights ? [graph.reshape(rowWeights, [rows, 1])] : []),
  ];
  if (factors.length === 0) return graph.filled([rows, 1], 1 / rows);
  const counts = factors.reduce((left, right) => graph.mul(left, right));
  const total = sumAll(graph, counts);
  return graph.div(counts, graph.where(graph.greater(total, 0), total, 1));
}

function classVector(graph: GraphBuilder, weights: readonly number[], classes: number): Value {
  if (weights.length !== classes)
    throw new Error(`Cross-entropy: expected ${classes} class weights, found ${weights.length}.`);
  return graph.constant(float32([classes], weights));
}
