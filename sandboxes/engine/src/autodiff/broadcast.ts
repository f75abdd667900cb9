import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { sameShape } from '../graph/shapes.js';
import { elementCount } from '../tensors/tensor.js';

/** Sums a gradient over the axes along which the forward value was broadcast. */
export function unbroadcast(graph: GraphBuilder, gradient: Value, like: Value): Value {
  const target = fixedShape(like);
  const shape = fixedShape(gradient);
  if (sameShape(shape, target)) return gradient;
  const added = shape.length - target.length;
  const axes = shape.flatMap((dim, axis) => (axis < added || (target[axis - added] === 1 && dim !== 1) ? [axis] : []));
  if (axes.every((axis, index) => axis === index)) {
    const rows = elementCount(shape.slice(0, axes.length));
    return graph.reshape(
      sumRows(graph, graph.reshape(gradient, [rows, elementCount(shape.slice(axes.length))])),
      target,
    );
  }
  return graph.reshape(graph.reduceSum(gradient, axes), target);
}

/**
 * [rows, columns] to [columns]. As a product with ones: onnxruntime's ReduceSum over leading axes takes nearly twice as long.
 */
export function sumRows(graph: GraphBuilder, x: Value): Value {
  const [rows, columns] = fixedShape(x) as [number, number];
  if (rows === 1) return graph.reshape(x, [columns]);
  if (columns === 1) return graph.reshape(sumAll(graph, x), [1]);
  return graph.reshape(graph.gemm(graph.filled([1, rows], 1, x.type), x), [columns]);
}

/** All values to one scalar, in two stages: onnxruntime adds up a single stage naively and loses four digits over a million values. */
export function sumAll(graph: GraphBuilder, x: Value): Value {
  const count = elementCount(fixedShape(x));
  const width = largestDivisorUpToRoot(count);
  const partial = graph.reduceSum(graph.reshape(x, [count / width, width]), [1], false);
  return graph.reduceSum(partial, [0], false);
}

function largestDivisorUpToRoot(count: number): number {
  for (let divisor = Math.floor(Math.sqrt(count)); divisor > 1; divisor -= 1) if (count % divisor === 0) return divisor;
  return 1;
}
