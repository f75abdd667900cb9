import { sumAll } from '../autodiff/broadcast.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { constantInitial } from '../tensors/random.js';
import { float32 } from '../tensors/tensor.js';
import type { Loss } from './loss.js';

export type Temperature =
  | { /** Fixed: similarities are divided by it. */ readonly temperature: number }
  | {
      /** Learned: log(1 / temperature), one number, as CLIP does (Radford et al., 2021); see `learnedScale`. */
      readonly logScale: Value;
      /** Learned: added to all logits, as SigLIP does (Zhai et al., 2023). */
      readonly bias?: Value;
    };

/** Where CLIP holds its learned scale. */
const MAX_SCALE = 100;

/** A parameter for `similarity` that holds log(1 / temperature). Training holds the scale at 100 at most, as CLIP's does: without that it can run away. */
export const learnedScale = (
  graph: GraphBuilder,
  name: string,
  { temperature = 0.07, maxScale = MAX_SCALE }: { temperature?: number; maxScale?: number } = {},
): Value => graph.parameter(name, [1], constantInitial(Math.log(1 / temperature)), { max: Math.log(maxScale) });

/** Logits [rows, columns] between the rows of `a` [rows, d] and of `b` [columns, d], both of unit length. */
export function similarity(graph: GraphBuilder, [a, b]: readonly [Value, Value], scale: Temperature): Value {
  const cosines = graph.gemm(a, b, { transB: true });
  if ('temperature' in scale) return graph.mul(cosines, 1 / scale.temperature);
  const scaled = graph.mul(cosines, graph.exp(scale.logScale));
  return scale.bias ? graph.add(scaled, scale.bias) : scaled;
}

export interface ContrastiveOptions {
  /** f32 [rows, columns], each row sums to 1, or is all 0 and adds nothing. Default: row i belongs to column i. */
  readonly targets?: Value;
  /** f32 [rows, columns], each column sums to 1 or is all 0. Given, the loss is the mean of both directions; `true` takes the diagonal. */
  readonly columnTargets?: Value | true;
}

/**
 * InfoNCE with any number of positives per row (van den Oord et al., 2018; Khosla et al., 2020): the mean over rows of the
 * cross-entropy between the targets and softmax(logits), plus the same over columns where `columnTargets` is given.
 * To keep a pair out of the comparison (an image and itself), add a large negative number to its logit first.
 */
export function contrastive(
  graph: GraphBuilder,
  logits: Value,
  { targets, columnTargets }: ContrastiveOptions = {},
): Loss {
  const [rows, columns] = fixedShape(logits) as [number, number];
  const byRow = direction(graph, logits, { targets: targets ?? diagonal(graph, rows, columns), axis: 1 });
  if (columnTargets === undefined) return byRow;
  const byColumn = direction(graph, logits, {
    targets: columnTargets === true ? diagonal(graph, rows, columns) : columnTargets,
    axis: 0,
  });
  return {
    value: graph.mul(graph.add(byRow.value, byColumn.value), 0.5),
    seeds: [{ of: logits, gradient: graph.mul(graph.add(byRow.seeds[0]!.gradient, byColumn.seeds[0]!.gradient), 0.5) }],
  };
}

/** One direction: gradient (softmax * total - targets) / number of rows, with total the row's sum of targets (1 or 0). */
function direction(graph: GraphBuilder, logits: Value, { targets, axis }: { targets: Value; axis: 0 | 1 }): Loss {
  const count = fixedShape(logits)[1 - axis]!;
  const logProbabilities = graph.logSoftmax(logits, axis);
  const value = graph.mul(sumAll(graph, graph.mul(logProbabilities, targets)), -1 / count);
  const totals = graph.reduceSum(targets, [axis]);
  const gradient = graph.mul(graph.sub(graph.mul(graph.exp(logProbabilities), totals), targets), 1 / count);
  return { value, seeds: [{ of: logits, gradient }] };
}

function diagonal(graph: GraphBuilder, rows: number, columns: number): Value {
  if (rows !== columns)
    throw new Error(`Contrastive loss without targets: expected as many rows as columns, found [${rows}, ${columns}].`);
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) data[row * columns + row] = 1;
  return graph.constant(float32([rows, columns], data));
}
