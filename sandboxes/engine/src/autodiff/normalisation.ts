import { floatAttribute, intAttribute } from '../proto/messages.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { positiveAxis } from '../graph/shapes.js';
import { elementCount } from '../tensors/tensor.js';
import { sumRows, unbroadcast } from './broadcast.js';
import { rewritingRule, unaryRule, type GradientRule } from './rule.js';

export const normalisationRules = {
  Softmax: unaryRule(({ graph, node, y, gradient }) => {
    const axis = intAttribute(node, 'axis', -1);
    return graph.mul(y, graph.sub(gradient, graph.reduceSum(graph.mul(gradient, y), [axis])));
  }),
  LogSoftmax: unaryRule(({ graph, node, y, gradient }) =>
    graph.sub(gradient, graph.mul(graph.exp(y), graph.reduceSum(gradient, [intAttribute(node, 'axis', -1)]))),
  ),
  // Row means as products with scale / size and column sums as products with ones: both faster than reductions.
  LayerNormalization: (of) => {
    const { graph, node, inputs, gradients, needs } = of;
    const [x, scale, bias] = inputs;
    const [gradient, ...statistics] = gradients;
    if (statistics.some((used) => used)) return layerNormalizationWithStatistics(of);
    const shape = fixedShape(x!);
    const axis = positiveAxis(intAttribute(node, 'axis', -1), shape.length);
    const [leading, normalised] = [shape.slice(0, axis), shape.slice(axis)];
    const size = elementCount(normalised);
    const perRow = { type: x!.type, shape: [...leading, ...normalised.map(() => 1)] };
    const [, mean, inverse] = graph.extendOutputs(node, [{ type: x!.type, shape }, perRow, perRow]);
    const lines = axis === 0 ? [1] : leading;
    const rows = (value: Value): Value => graph.reshape(value, [...lines, size]);
    const column = (value: Value): Value => graph.reshape(value, [...lines, 1]);
    const weight = graph.reshape(graph.expand(scale!, normalised), [size]);
    const d = rows(gradient!);
    const normal = graph.mul(graph.sub(rows(x!), column(mean!)), column(inverse!));
    const weighted = graph.mul(d, normal);
    const perColumn = (value: Value, like: Value): Value => {
      const sums = sumRows(graph, graph.reshape(value, [elementCount(leading), size]));
      return unbroadcast(graph, graph.reshape(sums, normalised), like);
    };
    const toInput = () => {
      const share = graph.reshape(graph.mul(weight, 1 / size), [size, 1]);
      const centred = graph.sub(graph.mul(d, weight), graph.matMul(d, share));
      const pulled = graph.sub(centred, graph.mul(normal, graph.matMul(weighted, share)));
      return graph.reshape(graph.mul(pulled, column(inverse!)), shape);
    };
    return [
      needs(0) ? toInput() : undefined,
      needs(1) ? perColumn(weighted, scale!) : undefined,
      bias && needs(2) ? perColumn(d, bias) : undefined,
    ];
  },
} satisfies Record<string, GradientRule>;

/** Where mean or inverse deviation are used as well. */
const layerNormalizationWithStatistics = rewritingRule(({ graph, node, inputs: [x, scale, bias] }) => {
  const first = positiveAxis(intAttribute(node, 'axis', -1), x!.shape.length);
  const axes = x!.shape.flatMap((_, axis) => (axis < first ? [] : [axis]));
  const mean = graph.reduceMean(x!, axes);
  const centred = graph.sub(x!, mean);
  const variance = graph.reduceMean(graph.mul(centred, centred), axes);
  const inverse = graph.reciprocal(graph.sqrt(graph.add(variance, floatAttribute(node, 'epsilon', 1e-5))));
  const scaled = graph.mul(graph.mul(centred, inverse), scale!);
  return [bias ? graph.add(scaled, bias) : scaled, mean, inverse];
});
