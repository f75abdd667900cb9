import { intAttribute, intsAttribute } from '../proto/messages.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { positiveAxis } from '../graph/shapes.js';
import { unbroadcast } from './broadcast.js';
import { NoGradient, unaryRule, type Differentiation, type GradientRule } from './rule.js';

/** Operators that only regroup the same values. */
const regroup = unaryRule(({ graph, x, gradient }) => graph.reshape(gradient, fixedShape(x)));

/** The numbers of an optional constant input; throws where it is computed. */
export function constantInput(
  { graph, node, inputs }: Pick<Differentiation, 'graph' | 'node' | 'inputs'>,
  index: number,
): number[] | undefined {
  const input = inputs[index];
  if (!input) return undefined;
  const numbers = graph.constantNumbers(input.name);
  if (!numbers)
    throw new NoGradient(node, `expected input ${index} ("${input.name}") to be a constant, found a computed value.`);
  return numbers;
}

export const shapeRules = {
  Reshape: regroup,
  Flatten: regroup,
  Squeeze: regroup,
  Unsqueeze: regroup,
  Expand: unaryRule(({ graph, x, gradient }) => unbroadcast(graph, gradient, x)),
  Transpose: unaryRule(({ graph, node, x, gradient }) => {
    const permutation = intsAttribute(node, 'perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
    return graph.transpose(
      gradient,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    );
  }),
  Concat: ({ graph, node, inputs, gradients }) => {
    const parts = inputs.filter((input) => input !== undefined);
    const axis = positiveAxis(intAttribute(node, 'axis', 0), parts[0]!.shape.length);
    return graph.split(
      gradients[0]!,
      parts.map((part) => fixedShape(part)[axis]!),
      axis,
    );
  },
  Split: ({ graph, node, outputs, gradients }) => [
    graph.concat(
      outputs.map((output, index) => gradients[index] ?? graph.zerosOf(fixedShape(output))),
      intAttribute(node, 'axis', 0),
    ),
  ],
  Slice: (of) => {
    const shape = fixedShape(of.inputs[0]!);
    const starts = constantInput(of, 1)!;
    const axes = constantInput(of, 3) ?? starts.map((_, index) => index);
    const steps = constantInput(of, 4) ?? [];
    if (steps.some((step) => step !== 1))
      throw new NoGradient(of.node, `expected steps of 1, found [${steps.join(', ')}].`);
    return [
      padded(of, {
        shape,
        from: new Map(axes.map((axis, index) => [positiveAxis(axis, shape.length), starts[index]!])),
      }),
    ];
  },
} satisfies Record<string, GradientRule>;

/** The gradient with zeros around it where the forward pass cut away: `from` holds the first element kept, by axis. */
function padded(
  { graph, outputs, gradients }: Differentiation,
  { shape, from }: { shape: readonly number[]; from: ReadonlyMap<number, number> },
): Value {
  const kept = fixedShape(outputs[0]!);
  const before = shape.map((size, axis) => {
    const start = from.get(axis) ?? 0;
    return Math.min(start < 0 ? Math.max(0, start + size) : start, size);
  });
  return graph.pad(gradients[0]!, [...before, ...shape.map((size, axis) => size - kept[axis]! - before[axis]!)]);
}
