import { intAttribute } from '../proto/messages.js';
import { fixedShape } from '../graph/graph.js';
import { positiveAxis } from '../graph/shapes.js';
import { elementCount } from '../tensors/tensor.js';
import { unaryRule, type GradientRule } from './rule.js';

export const indexingRules = {
  Gather: unaryRule(({ graph, node, x, inputs, gradient }) => {
    const shape = fixedShape(x);
    const indices = inputs[1]!;
    const axis = positiveAxis(intAttribute(node, 'axis', 0), shape.length);
    const [before, size, after] = [
      elementCount(shape.slice(0, axis)),
      shape[axis]!,
      elementCount(shape.slice(axis + 1)),
    ];
    const picks = elementCount(fixedShape(indices));
    const [constant, ...others] = graph.constantNumbers(indices.name) ?? [];
    if (constant !== undefined && others.length === 0) {
      const at = constant < 0 ? constant + size : constant;
      const column = graph.reshape(gradient, [before, 1, after]);
      return graph.reshape(graph.pad(column, [0, at, 0, 0, size - at - 1, 0]), shape);
    }
    const updates = graph.reshape(gradient, [before, picks, after]);
    const everywhere = graph.expand(graph.reshape(graph.cast(indices, 'int64'), [1, picks, 1]), [before, picks, after]);
    return graph.reshape(
      graph.scatterElementsAdd(graph.zerosOf([before, size, after]), { indices: everywhere, updates, axis: 1 }),
      shape,
    );
  }),
  GatherElements: unaryRule(({ graph, node, x, inputs, gradient }) =>
    graph.scatterElementsAdd(graph.zerosOf(fixedShape(x)), {
      indices: inputs[1]!,
      updates: gradient,
      axis: intAttribute(node, 'axis', 0),
    }),
  ),
} satisfies Record<string, GradientRule>;
