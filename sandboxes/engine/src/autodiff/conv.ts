import { intAttribute, intsAttribute, stringAttribute } from '../proto/messages.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { convolvedSize } from '../graph/shapes.js';
import { sumRows } from './broadcast.js';
import { NoGradient, type Differentiation, type GradientRule } from './rule.js';

type Pair = readonly [number, number];
type Pads = readonly [number, number, number, number];

interface Window {
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pads: Pads;
}

export const convRules = {
  Conv: (of) => {
    const [, , bias] = of.inputs;
    const window = readWindow(of);
    return [
      of.needs(0) ? inputGradient(of, window) : undefined,
      of.needs(1) ? weightGradient(of, window) : undefined,
      bias && of.needs(2) ? biasGradient(of) : undefined,
    ];
  },
} satisfies Record<string, GradientRule>;

function readWindow({ node, inputs }: Differentiation): Window {
  const group = intAttribute(node, 'group', 1);
  const padding = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (inputs[0]!.shape.length !== 4 || group !== 1 || padding !== 'NOTSET') {
    throw new NoGradient(
      node,
      `expected a 2-D convolution of one group with explicit pads, found rank ${inputs[0]!.shape.length}, ${group} groups and auto_pad ${padding}.`,
    );
  }
  return {
    strides: (intsAttribute(node, 'strides') ?? [1, 1]) as unknown as Pair,
    dilations: (intsAttribute(node, 'dilations') ?? [1, 1]) as unknown as Pair,
    pads: (intsAttribute(node, 'pads') ?? [0, 0, 0, 0]) as unknown as Pads,
  };
}

/** The transposed convolution; `output_padding` restores rows and columns that the stride never reached. */
function inputGradient({ graph, inputs, gradients }: Differentiation, { strides, dilations, pads }: Window): Value {
  const [x, weight] = [fixedShape(inputs[0]!), fixedShape(inputs[1]!)];
  const out = fixedShape(gradients[0]!);
  const missing = ([0, 1] as const).map((axis) => {
    const reached =
      (out[2 + axis]! - 1) * strides[axis] -
      pads[axis] -
      pads[axis + 2]! +
      (weight[2 + axis]! - 1) * dilations[axis] +
      1;
    return x[2 + axis]! - reached;
  });
  const [result] = graph.emit({
    opType: 'ConvTranspose',
    inputs: [gradients[0], inputs[1]],
    outputs: [{ type: 'float32', shape: x }],
    attributes: { strides, dilations, pads, output_padding: missing },
  });
  return result!;
}

/** A convolution of the input with the gradient, batch and channels exchanged, stride and dilation exchanged. */
function weightGradient({ graph, inputs, gradients }: Differentiation, { strides, dilations, pads }: Window): Value {
  const [x, weight] = [fixedShape(inputs[0]!), fixedShape(inputs[1]!)];
  const out = fixedShape(gradients[0]!);
  const reached = ([0, 1] as const).map((axis) =>
    convolvedSize(x[2 + axis]!, {
      kernel: out[2 + axis]!,
      stride: dilations[axis],
      dilation: strides[axis],
      pads: pads[axis] + pads[axis + 2]!,
    }),
  );
  const exchanged = graph.conv(
    graph.transpose(inputs[0]!, [1, 0, 2, 3]),
    graph.transpose(gradients[0]!, [1, 0, 2, 3]),
    { strides: dilations, dilations: strides, pads },
  );
  const cut = ([0, 1] as const).reduce(
    (value, axis) =>
      reached[axis] === weight[2 + axis]
        ? value
        : graph.slice(value, { axis: 2 + axis, from: 0, to: weight[2 + axis]! }),
    exchanged,
  );
  return graph.transpose(cut, [1, 0, 2, 3]);
}

function biasGradient({ graph, gradients }: Differentiation): Value {
  const [batch, channels, height, width] = fixedShape(gradients[0]!) as [number, number, number, number];
  const perImage = graph.reduceSum(graph.reshape(gradients[0]!, [batch, channels, height * width]), [2], false);
  return sumRows(graph, perImage);
}
