import { intAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { elementCount } from '../tensors/tensor.js';
import { abs, isZero, repeated, same, sign } from './emit.js';
import { unpooled } from './resampling.js';
import { unaryRule, type GradientRule } from './rule.js';

/** 1 in place of 0. */
const orOne = (graph: GraphBuilder, y: Value): Value => graph.add(y, isZero(graph, y));

export const poolingRules = {
  // The forward node says which value it took: places in the flattened input.
  MaxPool: ({ graph, node, inputs: [x], outputs: [y], gradients: [gradient] }) => {
    const shape = fixedShape(x!);
    const moved = elementCount(fixedShape(gradient!));
    const like = { type: 'int64', shape: gradient!.shape } as const;
    let counted = node;
    if (intAttribute(node, 'storage_order', 0) !== 0) {
      // Places counted by columns: the node is asked once more for the others.
      repeated(graph, node, { inputs: [x], like: y!, without: ['storage_order'] });
      counted = graph.nodes.at(-1)!;
    }
    const [, indices] = graph.extendOutputs(counted, [y!, like]);
    const sums = graph.scatterElementsAdd(graph.zerosOf([elementCount(shape)], x!.type), {
      indices: graph.reshape(indices!, [moved]),
      updates: graph.reshape(gradient!, [moved]),
      axis: 0,
    });
    return [graph.reshape(sums, shape)];
  },
  GlobalMaxPool: unaryRule(({ graph, x, y, gradient }) => {
    const chosen = same(graph, x, y);
    const axes = x.shape.slice(2).map((_, axis) => axis + 2);
    return graph.mul(chosen, graph.div(gradient, graph.reduceSum(chosen, axes)));
  }),
  // y = (sum |x|^p)^(1/p), so dy/dx = sign(x) (|x| / y)^(p - 1). At zero, where there is no derivative, it answers 0.
  LpPool: unaryRule(({ graph, node, x, y, gradient }) => {
    const p = intAttribute(node, 'p', 2);
    const back = unpooled({ graph, node }, graph.div(gradient, graph.pow(orOne(graph, y), p - 1)), fixedShape(x));
    return graph.mul(graph.mul(back, graph.pow(abs(graph, x), p - 1)), sign(graph, x));
  }),
  GlobalLpPool: unaryRule(({ graph, node, x, y, gradient }) => {
    const p = intAttribute(node, 'p', 2);
    const share = graph.pow(graph.div(abs(graph, x), orOne(graph, y)), p - 1);
    return graph.mul(graph.mul(gradient, share), sign(graph, x));
  }),
  MaxUnpool: unaryRule(({ graph, x, gradient, inputs }) => {
    const [from, to] = [fixedShape(x), fixedShape(gradient)];
    const line = graph.reshape(gradient, [elementCount(to)]);
    return graph.reshape(graph.gather(line, graph.reshape(inputs[1]!, [elementCount(from)])), from);
  }),
} satisfies Record<string, GradientRule>;
