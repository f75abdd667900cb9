import { intAttribute } from '../proto/messages.js';
import { fixedShape } from '../graph/graph.js';
import { elementCount } from '../tensors/tensor.js';
import { abs, same, sign } from './emit.js';
import { unpooled } from './resampling.js';
import { NoGradient, unaryRule, type GradientRule } from './rule.js';

export const poolingRules = {
  // The forward node says which value it took: places in the flattened input.
  MaxPool: ({ graph, node, inputs: [x], outputs: [y], gradients: [gradient] }) => {
    const shape = fixedShape(x!);
    const moved = elementCount(fixedShape(gradient!));
    const like = { type: 'int64', shape: gradient!.shape } as const;
    if (intAttribute(node, 'storage_order', 0) !== 0)
      throw new NoGradient(node, 'expected storage_order 0, found places counted by columns.');
    const [, indices] = graph.extendOutputs(node, [y!, like]);
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
  // y = (sum |x|^p)^(1/p), so dy/dx = sign(x) (|x| / y)^(p - 1).
  LpPool: unaryRule(({ graph, node, x, y, gradient }) => {
    const p = intAttribute(node, 'p', 2);
    const back = unpooled({ graph, node }, graph.div(gradient, graph.pow(y, p - 1)), fixedShape(x));
    return graph.mul(graph.mul(back, graph.pow(abs(graph, x), p - 1)), sign(graph, x));
  }),
  GlobalLpPool: unaryRule(({ graph, node, x, y, gradient }) => {
    const p = intAttribute(node, 'p', 2);
    const share = graph.pow(graph.div(abs(graph, x), y), p - 1);
    return graph.mul(graph.mul(gradient, share), sign(graph, x));
  }),
  MaxUnpool: unaryRule(({ graph, x, gradient, inputs }) => {
    const [from, to] = [fixedShape(x), fixedShape(gradient)];
    const line = graph.reshape(gradient, [elementCount(to)]);
    return graph.reshape(graph.gather(line, graph.reshape(inputs[1]!, [elementCount(from)])), from);
  }),
} satisfies Record<string, GradientRule>;
