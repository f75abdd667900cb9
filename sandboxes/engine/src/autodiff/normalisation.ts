import { floatAttribute, intAttribute } from '../proto/messages.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { positiveAxis } from '../graph/shapes.js';
import { elementCount } from '../tensors/tensor.js';
import { sumRows, unbroadcast } from './broadcast.js';
import { rewritingRule, unaryRule, type GradientRule } from './rule.js';

export const normalisationRules = {
  Softmax: unaryRule(({ graph, node, y, gradient }) =>
    graph.mul(y, graph.sub(gradient, graph.reduceSum(graph.mul(gradient, y), [intAttribute(node, 'axis', -1)]))),
  ),
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
    const [lineMean, lineInverse] = [column(mean!), column(inverse!)];
    const products = graph.mul(d, rows(x!));
    const perColumn = (sums: Value, like: Value): Value => unbroadcast(graph, graph.reshape(sums, normalised), like);
    // d w inverse - x slope - offset, with slope and offset one number for each row: x is read as it is, not centred first.
    const toInput = () => {
      const share = graph.reshape(graph.mul(weight, 1 / size), [size, 1]);
      const [plain, weighted] = [graph.matMul(d, share), graph.matMul(products, share)];
      const cube = graph.mul(lineInverse, graph.mul(lineInverse, lineInverse));
      const slope = graph.mul(graph.sub(weighted, graph.mul(lineMean, plain)), cube);
      const offset = graph.sub(graph.mul(lineInverse, plain), graph.mul(lineMean, slope));
      const pulled = graph.sub(graph.mul(graph.mul(d, weight), lineInverse), graph.mul(rows(x!), slope));
      return graph.reshape(graph.sub(pulled, offset), shape);
    };
    const count = elementCount(leading);
    const weightedColumns = (factors: Value, value: Value): Value =>
      graph.gemm(graph.reshape(factors, [1, count]), graph.reshape(value, [count, size]));
    const toScale = () =>
      graph.sub(weightedColumns(lineInverse, products), weightedColumns(graph.mul(lineMean, lineInverse), d));
    return [
      needs(0) ? toInput() : undefined,
      needs(1) ? perColumn(toScale(), scale!) : undefined,
      bias && needs(2) ? perColumn(sumRows(graph, graph.reshape(d, [count, size])), bias) : undefined,
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
