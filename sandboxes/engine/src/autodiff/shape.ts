import { intAttribute, intsAttribute } from '../proto/messages.js';
import { fixedShape } from '../graph/graph.js';
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
  Identity: unaryRule(({ gradient }) => gradient),
  Cast: unaryRule(({ graph, x, gradient }) => graph.cast(gradient, x.type)),
  CastLike: unaryRule(({ graph, x, gradient }) => graph.cast(gradient, x.type)),
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
      outputs.map((output, index) => gradients[index] ?? graph.zerosOf(fixedShape(output!), output!.type)),
      intAttribute(node, 'axis', 0),
    ),
  ],
} satisfies Record<string, GradientRule>;
