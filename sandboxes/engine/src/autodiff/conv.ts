import { intAttribute, intsAttribute, stringAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { convolvedSize } from '../graph/shapes.js';
import { elementCount } from '../tensors/tensor.js';
import { sumRows } from './broadcast.js';
import { emitted } from './emit.js';
import type { Differentiation, GradientRule } from './rule.js';

/** By spatial axis. */
interface Window {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly group: number;
}

/** A convolution of `wide` with `weight` [out, in / group, ...kernel] that answers `narrow`, and the same read backwards. */
interface Convolution extends Window {
  readonly wide: readonly number[];
  readonly narrow: readonly number[];
  readonly kernel: readonly number[];
}

export const convRules = {
  Conv: (of) => {
    const { graph, inputs, gradients, needs } = of;
    const [x, weight, bias, gradient] = [inputs[0]!, inputs[1]!, inputs[2], gradients[0]!];
    const convolution = readConvolution(of, x, gradient);
    return [
      needs(0) ? transposed(graph, gradient, weight, convolution) : undefined,
      needs(1) ? weightGradient(graph, x, gradient, convolution) : undefined,
      bias && needs(2) ? sumPerChannel(graph, gradient) : undefined,
    ];
  },
  // The transpose of a convolution from y to x, so x and gradient change places.
  ConvTranspose: (of) => {
    const { graph, inputs, gradients, needs } = of;
    const [x, weight, bias, gradient] = [inputs[0]!, inputs[1]!, inputs[2], gradients[0]!];
    const convolution = readConvolution(of, gradient, x);
    return [
      needs(0) ? convolved(graph, gradient, weight, convolution) : undefined,
      needs(1) ? weightGradient(graph, gradient, x, convolution) : undefined,
      bias && needs(2) ? sumPerChannel(graph, gradient) : undefined,
    ];
  },
} satisfies Record<string, GradientRule>;

function readConvolution({ node, inputs }: Differentiation, wide: Value, narrow: Value): Convolution {
  const kernel = fixedShape(inputs[1]!).slice(2);
  const each = (name: string, missing: number) => intsAttribute(node, name) ?? kernel.map(() => missing);
  const [strides, dilations, pads] = [each('strides', 1), each('dilations', 1), intsAttribute(node, 'pads')];
  const sizes = { wide: fixedShape(wide), narrow: fixedShape(narrow), kernel };
  const mode = stringAttribute(node, 'auto_pad', 'NOTSET');
  const amounts = kernel.map((size, axis) => {
    if (mode === 'VALID') return [0, 0] as const;
    // What the sizes ask for: with auto_pad, and with the output_shape of a ConvTranspose.
    const fitted =
      (sizes.narrow[2 + axis]! - 1) * strides[axis]! + (size - 1) * dilations[axis]! + 1 - sizes.wide[2 + axis]!;
    const automatic = mode !== 'NOTSET' || (node.opType === 'ConvTranspose' && intsAttribute(node, 'output_shape'));
    if (!automatic) return [pads?.[axis] ?? 0, pads?.[axis + kernel.length] ?? 0] as const;
    const total = Math.max(0, fitted);
    const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
    const moreFirst = node.opType === 'Conv' ? mode === 'SAME_LOWER' : mode !== 'SAME_UPPER';
    return moreFirst ? ([more, less] as const) : ([less, more] as const);
  });
  return {
    ...sizes,
    strides,
    dilations,
    before: amounts.map(([first]) => first),
    after: amounts.map(([, last]) => last),
    group: intAttribute(node, 'group', 1),
  };
}

/** Attributes of the convolution from wide to narrow, whatever padding the node asked for. */
const attributesOf = ({ strides, dilations, before, after, group }: Window) => ({
  strides,
  dilations,
  pads: [...before, ...after],
  group,
});

/** From wide to narrow. Where the padding does not fill the last window (output_padding), zeros do. */
function convolved(graph: GraphBuilder, x: Value, weight: Value, convolution: Convolution): Value {
  const { narrow, wide, kernel, strides, dilations, before } = convolution;
  const after = kernel.map(
    (size, axis) =>
      (narrow[2 + axis]! - 1) * strides[axis]! + (size - 1) * dilations[axis]! + 1 - wide[2 + axis]! - before[axis]!,
  );
  const cut = after.map((amount) => Math.min(0, amount));
  const none = wide.map(() => 0);
  const kept = cut.some((amount) => amount < 0) ? graph.pad(x, [...none, 0, 0, ...cut]) : x;
  return emitted(graph, 'Conv', {
    inputs: [kept, weight],
    like: { type: x.type, shape: narrow },
    attributes: attributesOf({ ...convolution, after: after.map((amount) => Math.max(0, amount)) }),
  });
}

/** From narrow to wide; `output_padding` restores what the stride never reached. */
function transposed(graph: GraphBuilder, y: Value, weight: Value, convolution: Convolution): Value {
  const { wide, narrow, kernel, strides, dilations, before, after } = convolution;
  const missing = kernel.map(
    (size, axis) =>
      wide[2 + axis]! -
      ((narrow[2 + axis]! - 1) * strides[axis]! - before[axis]! - after[axis]! + (size - 1) * dilations[axis]! + 1),
  );
  return emitted(graph, 'ConvTranspose', {
    inputs: [y, weight],
    like: { type: y.type, shape: wide },
    attributes: { ...attributesOf(convolution), output_padding: missing },
  });
}

/** Up to this many taps, products of whole windows are the faster way to the weights' gradient: a step of small convolutions took a fifth less time. */
const MOST_WINDOWS = 25;

function weightGradient(graph: GraphBuilder, x: Value, gradient: Value, convolution: Convolution): Value {
  return convolution.group === 1 && elementCount(convolution.kernel) <= MOST_WINDOWS
    ? weightGradientByWindows(graph, x, gradient, convolution)
    : weightGradientByConvolution(graph, x, gradient, convolution);
}

/** For each tap of the kernel, the positions it read [n * positions, in] against the gradient there [n * positions, out]. */
function weightGradientByWindows(graph: GraphBuilder, x: Value, gradient: Value, convolution: Convolution): Value {
  const { strides, dilations, before, kernel, wide, narrow } = convolution;
  const [batch, channels, ...sizes] = wide as [number, number, ...number[]];
  const [, out, ...reached] = narrow as [number, number, ...number[]];
  const axes = sizes.map((_, axis) => axis + 1);
  const channelsLast = [0, ...axes.map((axis) => axis + 1), 1];
  const rows = batch * elementCount(reached);
  const last = reached.map((count, axis) => (count - 1) * strides[axis]!);
  const missing = sizes.map((size, axis) =>
    Math.max(0, last[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1 - size - before[axis]!),
  );
  const moved = graph.transpose(x, channelsLast);
  const padded = [...before, ...missing].some((amount) => amount > 0)
    ? graph.pad(moved, [0, ...before, 0, 0, ...missing, 0])
    : moved;
  const gradientRows = graph.reshape(graph.transpose(gradient, channelsLast), [rows, out]);
  const products = tapsOf(kernel).map((tap) => {
    const from = tap.map((at, axis) => at * dilations[axis]!);
    const to = from.map((start, axis) => start + last[axis]! + 1);
    const window = emitted(graph, 'Slice', {
      inputs: [padded, graph.integers(from), graph.integers(to), graph.integers(axes), graph.integers(strides)],
      like: { type: x.type, shape: [batch, ...reached, channels] },
    });
    const product = graph.gemm(gradientRows, graph.reshape(window, [rows, channels]), { transA: true });
    return graph.reshape(product, [out, channels, 1]);
  });
  return graph.reshape(graph.concat(products, 2), [out, channels, ...kernel]);
}

/** All positions inside a kernel, the last axis fastest. */
const tapsOf = (kernel: readonly number[]): number[][] =>
  kernel.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => Array.from({ length: size }, (_, at) => [...tap, at])),
    [[]],
  );

/**
 * A convolution of the input with the gradient, batch and channels exchanged, stride and dilation exchanged. Groups go into the
 * channels, the batch within: [channels / group, group * batch, ...].
 */
function weightGradientByConvolution(graph: GraphBuilder, x: Value, gradient: Value, convolution: Convolution): Value {
  const { strides, dilations, before, after, group, kernel, wide, narrow } = convolution;
  const [batch, channels, ...sizes] = wide as [number, number, ...number[]];
  const spatial = (from: number) => sizes.map((_, axis) => from + axis);
  const grouped = graph.reshape(x, [batch, group, channels / group, ...sizes]);
  const wideFirst = graph.reshape(graph.transpose(grouped, [2, 1, 0, ...spatial(3)]), [
    channels / group,
    group * batch,
    ...sizes,
  ]);
  const swap = [1, 0, ...spatial(2)];
  const reached = kernel.map((_, axis) =>
    convolvedSize(sizes[axis]!, {
      kernel: narrow[2 + axis]!,
      stride: dilations[axis]!,
      dilation: strides[axis]!,
      pads: before[axis]! + after[axis]!,
    }),
  );
  const product = emitted(graph, 'Conv', {
    inputs: [wideFirst, graph.transpose(gradient, swap)],
    like: { type: x.type, shape: [channels / group, narrow[1]!, ...reached] },
    attributes: attributesOf({ ...convolution, strides: dilations, dilations: strides }),
  });
  const cut = kernel.reduce(
    (value, size, axis) => (reached[axis] === size ? value : graph.slice(value, { axis: 2 + axis, from: 0, to: size })),
    product,
  );
  return graph.transpose(cut, swap);
}

/** [n, c, ...] to [c]. */
export function sumPerChannel(graph: GraphBuilder, x: Value): Value {
  const [batch, channels, ...sizes] = fixedShape(x) as [number, number, ...number[]];
  return sumRows(graph, graph.reduceSum(graph.reshape(x, [batch, channels, elementCount(sizes)]), [2], false));
}
