import { attribute, intsAttribute, stringAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { elementCount, float32 } from '../tensors/tensor.js';
import { identity, repeated } from './emit.js';
import { constantInput } from './shape.js';
import { NoGradient, unaryRule, type Differentiation, type GradientRule } from './rule.js';

/*
 * Poolings and resizings are linear, and on each axis by itself: the operator's own answer to the identity is its matrix, whatever its
 * rounding, padding and counting. onnxruntime folds that into a constant.
 */

/** Multiplies one axis by `matrix` [new size, size]. */
export function alongAxis(graph: GraphBuilder, x: Value, { axis, matrix }: { axis: number; matrix: Value }): Value {
  const shape = fixedShape(x);
  const [before, size, after] = [elementCount(shape.slice(0, axis)), shape[axis]!, elementCount(shape.slice(axis + 1))];
  const result = shape.map((dim, other) => (other === axis ? Number(matrix.shape[0]) : dim));
  if (after === 1) {
    const rows = graph.gemm(graph.reshape(x, [before, size]), matrix, { transB: true });
    return graph.reshape(rows, result);
  }
  return graph.reshape(graph.matMul(matrix, graph.reshape(x, [before, size, after])), result);
}

/** The node's sum or mean over windows of one spatial axis as a matrix [size, windows]. */
export function poolingMatrix(
  { graph, node }: Pick<Differentiation, 'graph' | 'node'>,
  { spatial, size, windows }: { spatial: number; size: number; windows: number },
): Value {
  const value = repeated(graph, node, {
    inputs: [graph.reshape(identity(graph, size), [size, 1, size])],
    like: { type: 'float32', shape: [size, 1, windows] },
    without: ['kernel_shape', 'strides', 'pads', 'dilations', 'p'],
  });
  const written = graph.nodes.at(-1)!;
  for (const name of ['kernel_shape', 'strides', 'dilations']) {
    const all = intsAttribute(node, name);
    if (all) written.attribute.push(attribute(name, [all[spatial]!]));
  }
  const pads = intsAttribute(node, 'pads');
  if (pads) written.attribute.push(attribute('pads', [pads[spatial]!, pads[spatial + pads.length / 2]!]));
  if (node.opType === 'LpPool') written.attribute.push(attribute('p', 1));
  return graph.reshape(value, [size, windows]);
}

/** The gradient through a pooling that sums: each spatial axis back by its matrix. */
export function unpooled(
  of: Pick<Differentiation, 'graph' | 'node'>,
  gradient: Value,
  shape: readonly number[],
): Value {
  const pooled = fixedShape(gradient);
  return shape.slice(2).reduce((value, size, spatial) => {
    const matrix = poolingMatrix(of, { spatial, size, windows: pooled[2 + spatial]! });
    return alongAxis(of.graph, value, { axis: 2 + spatial, matrix: of.graph.cast(matrix, gradient.type) });
  }, gradient);
}

export const resamplingRules = {
  AveragePool: unaryRule(({ graph, node, x, gradient }) => unpooled({ graph, node }, gradient, fixedShape(x))),
  GlobalAveragePool: unaryRule(({ graph, x, gradient }) => {
    const shape = fixedShape(x);
    return graph.expand(graph.mul(gradient, 1 / elementCount(shape.slice(2))), shape);
  }),
  Resize: (of) => {
    const { graph, inputs, gradients } = of;
    const shape = fixedShape(inputs[0]!);
    const scales = scalesOf(of);
    return [
      shape.reduce((value, size, axis) => {
        const resized = fixedShape(gradients[0]!)[axis]!;
        if (size === resized && scales[axis] === 1) return value;
        const matrix = resizingMatrix(of, { axis, size, resized, scale: scales[axis] });
        return alongAxis(graph, value, { axis, matrix: graph.cast(matrix, value.type) });
      }, gradients[0]!),
    ];
  },
} satisfies Record<string, GradientRule>;

const axesOf = ({ node, inputs }: Differentiation): number[] => {
  const rank = inputs[0]!.shape.length;
  return (intsAttribute(node, 'axes') ?? inputs[0]!.shape.map((_, axis) => axis)).map((axis) => (axis + rank) % rank);
};

/** By axis; undefined where the sizes alone decide. */
function scalesOf(of: Differentiation): readonly (number | undefined)[] {
  const rank = of.inputs[0]!.shape.length;
  const axes = axesOf(of);
  const given = of.inputs[2] && fixedShape(of.inputs[2])[0] !== 0 ? constantInput(of, 2)! : undefined;
  const policy = stringAttribute(of.node, 'keep_aspect_ratio_policy', 'stretch');
  const sizes = policy === 'stretch' ? undefined : constantInput(of, 3);
  const shape = fixedShape(of.inputs[0]!);
  const ratios = sizes?.map((size, index) => size / shape[axes[index]!]!);
  const common = ratios && (policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios));
  return Array.from({ length: rank }, (_, axis) => {
    const index = axes.indexOf(axis);
    return index < 0 ? 1 : (given?.[index] ?? common);
  });
}

/** [size, resized] */
function resizingMatrix(
  of: Differentiation,
  { axis, size, resized, scale }: { axis: number; size: number; resized: number; scale: number | undefined },
): Value {
  const { graph, node } = of;
  if (scale !== undefined && Math.floor(size * scale) !== resized)
    throw new NoGradient(
      node,
      `expected a scale that gives ${resized} of ${size} on axis ${axis}, found ${scale}. Give the sizes instead.`,
    );
  const cropped = stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
  const region = cropped ? constantInput(of, 1)! : [];
  const at = axesOf(of).indexOf(axis);
  const roi = cropped ? [0, region[at] ?? 0, 1, region[at + region.length / 2] ?? 1] : undefined;
  const numbers = (values: readonly number[]) => graph.constant(float32([values.length], values));
  return repeated(graph, node, {
    inputs: [
      identity(graph, size),
      roi && numbers(roi),
      scale === undefined ? undefined : numbers([1, scale]),
      ...(scale === undefined ? [graph.integers([size, resized])] : []),
    ],
    like: { type: 'float32', shape: [size, resized] },
    without: ['axes', 'extrapolation_value', 'keep_aspect_ratio_policy'],
  });
}
