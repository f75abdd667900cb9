import { floatAttribute, intAttribute, intsAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { positiveAxis } from '../graph/shapes.js';
import { elementCount, float32 } from '../tensors/tensor.js';
import { unbroadcast } from './broadcast.js';
import { sumPerChannel } from './conv.js';
import { emitted } from './emit.js';
import { NoGradient, rewritingRule, unaryRule, type Differentiation, type GradientRule } from './rule.js';

/** [c] against [n, c, ...]. */
const perChannel = (graph: GraphBuilder, values: Value, rank: number): Value =>
  graph.reshape(values, [...fixedShape(values), ...Array.from({ length: rank - 2 }, () => 1)]);

/** Zero mean and unit deviation over the axes, with the two statistics. */
function standardised(graph: GraphBuilder, x: Value, { axes, epsilon }: { axes: readonly number[]; epsilon: number }) {
  const mean = graph.reduceMean(x, axes);
  const centred = graph.sub(x, mean);
  const variance = graph.reduceMean(graph.mul(centred, centred), axes);
  return { normal: graph.div(centred, graph.sqrt(graph.add(variance, epsilon))), mean, variance };
}

/** Batch statistics, and the running ones as far as they come from the batch. */
const trainingBatchNormalization = rewritingRule(({ graph, node, inputs, outputs }) => {
  const [x, scale, bias, mean, variance] = inputs as Value[];
  const rank = x!.shape.length;
  const axes = x!.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const found = standardised(graph, x!, { axes, epsilon: floatAttribute(node, 'epsilon', 1e-5) });
  const y = graph.add(graph.mul(found.normal, perChannel(graph, scale!, rank)), perChannel(graph, bias!, rank));
  const momentum = floatAttribute(node, 'momentum', 0.9);
  const running = (old: Value, batch: Value): Value =>
    graph.add(graph.mul(old, momentum), graph.mul(graph.reshape(batch, old.shape), 1 - momentum));
  return [y, outputs[1] && running(mean!, found.mean), outputs[2] && running(variance!, found.variance)];
});

/** With frozen statistics: y = (x - mean) r * scale + bias with r = 1 / sqrt(variance + epsilon). */
function frozenBatchNormalization({
  graph,
  node,
  inputs,
  gradients,
  needs,
}: Differentiation): readonly (Value | undefined)[] {
  const [x, scale, , mean, variance] = inputs as Value[];
  const gradient = gradients[0]!;
  const wide = (values: Value): Value => perChannel(graph, values, x!.shape.length);
  const inverse = graph.reciprocal(graph.sqrt(graph.add(variance!, floatAttribute(node, 'epsilon', 1e-5))));
  const slope = graph.mul(scale!, inverse);
  const sum = sumPerChannel(graph, gradient);
  const centred = () => sumPerChannel(graph, graph.mul(gradient, graph.sub(x!, wide(mean!))));
  return [
    needs(0) ? graph.mul(gradient, wide(slope)) : undefined,
    needs(1) ? graph.mul(centred(), inverse) : undefined,
    needs(2) ? sum : undefined,
    needs(3) ? graph.neg(graph.mul(sum, slope)) : undefined,
    needs(4) ? graph.mul(graph.mul(centred(), graph.mul(slope, graph.mul(inverse, inverse))), -0.5) : undefined,
  ];
}

/**
 * The gradients of x and scale where rows of x were multiplied by `inverse` [rows, 1] and by the scale. With t = gradient * x, the row
 * means of t * scale come from one product, the column sums from another.
 */
function rmsGradients(
  { graph, node, inputs: [x, scale], gradients: [gradient, ...others], needs }: Differentiation,
  inverseOf: (rows: Value) => Value,
): (Value | undefined)[] {
  if (!gradient || others.some((used) => used))
    throw new NoGradient(node, 'expected output 1 to be unused, found it in the loss.');
  const shape = fixedShape(x!);
  const axis = positiveAxis(intAttribute(node, 'axis', -1), shape.length);
  const size = elementCount(shape.slice(axis));
  const flat = (value: Value): Value => graph.reshape(value, [elementCount(shape) / size, size]);
  const [rows, d] = [flat(x!), flat(gradient)];
  const inverse = inverseOf(rows);
  const weight = graph.reshape(graph.expand(scale!, shape.slice(axis)), [1, size]);
  const t = graph.mul(d, rows);
  const toX = () => {
    const mean = graph.matMul(t, graph.reshape(graph.mul(weight, 1 / size), [size, 1]));
    const share = graph.mul(mean, graph.mul(inverse, graph.mul(inverse, inverse)));
    return graph.reshape(graph.sub(graph.mul(graph.mul(d, weight), inverse), graph.mul(rows, share)), shape);
  };
  const toScale = () =>
    unbroadcast(
      graph,
      graph.reshape(graph.gemm(graph.reshape(inverse, [1, inverse.shape[0]!]), t), shape.slice(axis)),
      scale!,
    );
  return [needs(0) ? toX() : undefined, needs(1) ? toScale() : undefined];
}

export const featureNormalisationRules = {
  BatchNormalization: (of) =>
    intAttribute(of.node, 'training_mode', 0) === 1 ? trainingBatchNormalization(of) : frozenBatchNormalization(of),
  InstanceNormalization: rewritingRule(({ graph, node, inputs: [x, scale, bias] }) => {
    const rank = x!.shape.length;
    const axes = x!.shape.slice(2).map((_, axis) => axis + 2);
    const { normal } = standardised(graph, x!, { axes, epsilon: floatAttribute(node, 'epsilon', 1e-5) });
    return [graph.add(graph.mul(normal, perChannel(graph, scale!, rank)), perChannel(graph, bias!, rank))];
  }),
  GroupNormalization: rewritingRule(({ graph, node, inputs: [x, scale, bias] }) => {
    const [batch, channels, ...sizes] = fixedShape(x!) as [number, number, ...number[]];
    const groups = intAttribute(node, 'num_groups', 1);
    const grouped = graph.reshape(x!, [batch, groups, (elementCount(sizes) * channels) / groups]);
    const { normal } = standardised(graph, grouped, { axes: [2], epsilon: floatAttribute(node, 'epsilon', 1e-5) });
    // Since operator set 21 one scale for each channel; before, one for each group.
    const each = scale!.shape[0] === channels ? channels : groups;
    const split = graph.reshape(normal, [batch, each, elementCount([...sizes, channels]) / each]);
    const y = graph.add(graph.mul(split, perChannel(graph, scale!, 3)), perChannel(graph, bias!, 3));
    return [graph.reshape(y, x!.shape)];
  }),
  RMSNormalization: (of) =>
    rmsGradients(of, (rows) => {
      const squares = of.graph.reduceMean(of.graph.mul(rows, rows), [1]);
      return of.graph.reciprocal(of.graph.sqrt(of.graph.add(squares, floatAttribute(of.node, 'epsilon', 1e-5))));
    }),
  // onnxruntime's own form of it, which any operator set may use and which answers what it multiplied the rows by.
  SimplifiedLayerNormalization: (of) =>
    rmsGradients(of, (rows) => {
      const x = of.inputs[0]!;
      const axis = positiveAxis(intAttribute(of.node, 'axis', -1), x.shape.length);
      const perRow = { type: x.type, shape: x.shape.map((size, at) => (at < axis ? size : 1)) };
      const [, inverse] = of.graph.extendOutputs(of.node, [x, perRow]);
      return of.graph.reshape(inverse!, [fixedShape(rows)[0]!, 1]);
    }),
  // Rows of zeros stay zeros and have no derivative: they get 0.
  LpNormalization: unaryRule(({ graph, node, x, y, gradient }) => {
    const axis = intAttribute(node, 'axis', -1);
    const p = intAttribute(node, 'p', 2);
    const norm = emitted(graph, p === 1 ? 'ReduceL1' : 'ReduceL2', {
      inputs: [x, graph.integers([axis])],
      like: { type: x.type, shape: graph.reduceSum(x, [axis]).shape },
      attributes: { keepdims: 1 },
    });
    const empty = graph.cast(graph.equal(norm, 0), x.type);
    const along = graph.reduceSum(graph.mul(gradient, y), [axis]);
    const direction = p === 1 ? emitted(graph, 'Sign', { inputs: [x], like: x }) : y;
    const scaled = graph.div(graph.sub(gradient, graph.mul(direction, along)), graph.add(norm, empty));
    return graph.mul(scaled, graph.sub(1, empty));
  }),
  // ONNX writes it with 1e-9 beside the deviation, not in the root.
  MeanVarianceNormalization: rewritingRule(({ graph, node, inputs: [x] }) => {
    const axes = intsAttribute(node, 'axes') ?? [0, 2, 3];
    const centred = graph.sub(x!, graph.reduceMean(x!, axes));
    const deviation = graph.sqrt(graph.reduceMean(graph.mul(centred, centred), axes));
    return [graph.div(centred, graph.add(deviation, 1e-9))];
  }),
  // y = x s^-beta with s = bias + alpha / size * (sum of x² over neighbouring channels): a product with a band matrix.
  LRN: unaryRule(({ graph, node, x, y, gradient }) => {
    const [batch, channels, ...sizes] = fixedShape(x) as [number, number, ...number[]];
    const [alpha, beta] = [floatAttribute(node, 'alpha', 1e-4), floatAttribute(node, 'beta', 0.75)];
    const size = intAttribute(node, 'size', 1);
    const band = graph.cast(graph.constant(bandMatrix(channels, size)), x.type);
    const rows = (value: Value): Value => graph.reshape(value, [batch, channels, elementCount(sizes)]);
    const squares = graph.matMul(band, graph.mul(rows(x), rows(x)));
    const s = graph.add(graph.mul(squares, alpha / size), floatAttribute(node, 'bias', 1));
    const transposed = graph.transpose(band, [1, 0]);
    const pull = graph.matMul(transposed, graph.div(graph.mul(rows(gradient), rows(y)), s));
    const direct = graph.mul(rows(gradient), graph.pow(s, -beta));
    return graph.reshape(graph.sub(direct, graph.mul(rows(x), graph.mul(pull, (2 * alpha * beta) / size))), x.shape);
  }),
} satisfies Record<string, GradientRule>;

/** [channels, channels]: 1 where the column's channel lies in the row's window of `size`. */
function bandMatrix(channels: number, size: number) {
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const data = new Float32Array(channels * channels);
  for (let row = 0; row < channels; row += 1)
    for (let column = Math.max(0, row - before); column <= Math.min(channels - 1, row + after); column += 1)
      data[row * channels + column] = 1;
  return float32([channels, channels], data);
}
