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

/**
 * A convolution of the input with the gradient, batch and channels exchanged, stride and dilation exchanged. Groups go into the
 * channels, the batch within: [channels / group, group * batch, ...].
 */
function weightGradient(graph: GraphBuilder, x: Value, gradient: Value, convolution: Convolution): Value {
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
