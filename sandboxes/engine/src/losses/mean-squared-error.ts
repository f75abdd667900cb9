import { sumAll } from '../autodiff/broadcast.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { elementCount } from '../tensors/tensor.js';
import { refuseOtherShape, type Loss } from './loss.js';

/** Mean of (prediction - target)² over all values of one shape. No gradient goes to the target. */
export function meanSquaredError(graph: GraphBuilder, prediction: Value, target: Value): Loss {
  refuseOtherShape('Mean squared error', prediction, target);
  const count = elementCount(fixedShape(prediction));
  const difference = graph.sub(prediction, target);
  return {
    value: graph.mul(sumAll(graph, graph.mul(difference, difference)), 1 / count),
    seeds: [{ of: prediction, gradient: graph.mul(difference, 2 / count) }],
  };
}
