import { intAttribute } from '../proto/messages.js';
import { fixedShape } from '../graph/graph.js';
import { elementCount } from '../tensors/tensor.js';
import { sumRows } from './broadcast.js';
import { NoGradient, unaryRule, type GradientRule } from './rule.js';

export const normalisationRules = {
  Softmax: unaryRule(({ graph, node, y, gradient }) => {
    const axis = intAttribute(node, 'axis', -1);
    return graph.mul(y, graph.sub(gradient, graph.reduceSum(graph.mul(gradient, y), [axis])));
  }),
  LogSoftmax: unaryRule(({ graph, node, y, gradient }) =>
    graph.sub(gradient, graph.mul(graph.exp(y), graph.reduceSum(gradient, [intAttribute(node, 'axis', -1)]))),
  ),
  // Row means as products with scale / size and column sums as products with ones: both faster than reductions.
  LayerNormalization: ({ graph, node, inputs: [x, scale, bias], gradients: [gradient], needs }) => {
    const shape = fixedShape(x!);
    const size = shape.at(-1)!;
    const axis = intAttribute(node, 'axis', -1);
    if (axis !== -1 && axis !== shape.length - 1)
      throw new NoGradient(node, `expected normalisation over the last axis, found axis ${axis}.`);
    const perRow = { type: 'float32', shape: [...shape.slice(0, -1), 1] } as const;
    const [, mean, inverseDeviation] = graph.extendOutputs(node, [{ type: 'float32', shape }, perRow, perRow]);
    const normal = graph.mul(graph.sub(x!, mean!), inverseDeviation!);
    const weighted = graph.mul(gradient!, normal);
    const perColumn = (value: typeof normal) =>
      graph.reshape(sumRows(graph, graph.reshape(value, [elementCount(shape) / size, size])), [size]);
    const toInput = () => {
      const share = graph.reshape(graph.mul(scale!, 1 / size), [size, 1]);
      const centred = graph.sub(graph.mul(gradient!, scale!), graph.matMul(gradient!, share));
      return graph.mul(graph.sub(centred, graph.mul(normal, graph.matMul(weighted, share))), inverseDeviation!);
    };
    return [
      needs(0) ? toInput() : undefined,
      needs(1) ? perColumn(weighted) : undefined,
      bias && needs(2) ? perColumn(gradient!) : undefined,
    ];
  },
} satisfies Record<string, GradientRule>;
