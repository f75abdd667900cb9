import { intAttribute, intsAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { reducedShape } from '../graph/shapes.js';
import { elementCount } from '../tensors/tensor.js';
import { emitted, isZero, same, sign } from './emit.js';
import { constantInput } from './shape.js';
import type { Differentiation, GradientRule } from './rule.js';

interface Reduction {
  readonly graph: GraphBuilder;
  readonly x: Value;
  /** Result and its gradient with the reduced axes kept as sizes of 1. */
  readonly y: Value;
  readonly gradient: Value;
  /** How many values became one. */
  readonly count: number;
  readonly sum: (of: Value) => Value;
  readonly product: (of: Value) => Value;
}

const reduceRule =
  (derive: (of: Reduction) => Value): GradientRule =>
  (of) => {
    const { graph } = of;
    const x = of.inputs[0]!;
    const shape = fixedShape(x);
    const axes = reducedAxes(of);
    const kept = reducedShape(shape, axes, true) as number[];
    const reduce = (opType: string) => (value: Value) =>
      axes.length === 0
        ? value
        : emitted(graph, opType, {
            inputs: [value, graph.integers(axes)],
            like: { type: value.type, shape: kept },
            attributes: { keepdims: 1 },
          });
    const result = derive({
      graph,
      x,
      y: graph.reshape(of.outputs[0]!, kept),
      gradient: graph.reshape(of.gradients[0]!, kept),
      count: elementCount(shape) / elementCount(kept),
      sum: reduce('ReduceSum'),
      product: reduce('ReduceProd'),
    });
    return [graph.expand(result, shape)];
  };

/** None where the node reduces nothing (`noop_with_empty_axes`). */
function reducedAxes(of: Differentiation): readonly number[] {
  const axes = intsAttribute(of.node, 'axes') ?? constantInput(of, 1) ?? [];
  if (axes.length > 0 || intAttribute(of.node, 'noop_with_empty_axes', 0) === 1) return axes;
  return of.inputs[0]!.shape.map((_, axis) => axis);
}

/** To the values that are the extreme one, in equal parts where several are. */
const extreme = reduceRule(({ graph, x, y, gradient, sum }) => {
  const chosen = same(graph, x, y);
  return graph.mul(chosen, graph.div(gradient, sum(chosen)));
});

export const reduceRules = {
  ReduceSum: reduceRule(({ gradient }) => gradient),
  ReduceMean: reduceRule(({ graph, gradient, count }) => (count === 1 ? gradient : graph.mul(gradient, 1 / count))),
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceSumSquare: reduceRule(({ graph, x, gradient }) => graph.mul(x, graph.mul(gradient, 2))),
  ReduceL1: reduceRule(({ graph, x, gradient }) => graph.mul(sign(graph, x), gradient)),
  // At zero, where there is no derivative, it answers 0.
  ReduceL2: reduceRule(({ graph, x, y, gradient }) =>
    graph.mul(x, graph.div(gradient, graph.add(y, isZero(graph, y)))),
  ),
  ReduceLogSum: reduceRule(({ graph, y, gradient }) => graph.mul(gradient, graph.exp(graph.neg(y)))),
  ReduceLogSumExp: reduceRule(({ graph, x, y, gradient }) => graph.mul(graph.exp(graph.sub(x, y)), gradient)),
  // The product of the others, also where one of the values is zero.
  ReduceProd: reduceRule(({ graph, x, y, gradient, sum, product }) => {
    const zero = isZero(graph, x);
    const filled = graph.add(x, zero);
    const single = same(graph, sum(zero), graph.scalar(1, x.type));
    const others = graph.add(graph.div(y, filled), graph.mul(zero, graph.mul(product(filled), single)));
    return graph.mul(others, gradient);
  }),
} satisfies Record<string, GradientRule>;
