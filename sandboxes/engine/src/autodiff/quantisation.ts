import { intAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { positiveAxis } from '../graph/shapes.js';
import { repeated } from './emit.js';
import { rewritingRule, type Differentiation, type GradientRule } from './rule.js';

/** A scale or zero point over the whole of x: one number, one for each slice of an axis, or one for each block of an axis. */
function spread(graph: GraphBuilder, values: Value, { node, outputs }: Differentiation): Value {
  const shape = fixedShape(outputs[0]!);
  const own = fixedShape(values);
  if (own.length === 0 || (own.length === 1 && own[0] === 1)) return graph.reshape(values, []);
  const axis = positiveAxis(intAttribute(node, 'axis', 1), shape.length);
  const block = intAttribute(node, 'block_size', 0);
  if (block === 0)
    return graph.reshape(
      values,
      shape.map((_, other) => (other === axis ? own[0]! : 1)),
    );
  const split = (sizes: readonly number[], count: number) => [
    ...sizes.slice(0, axis + 1),
    count,
    ...sizes.slice(axis + 1),
  ];
  const repeated = graph.expand(graph.reshape(values, split(own, 1)), split(own, block));
  const whole = graph.reshape(
    repeated,
    own.map((size, other) => (other === axis ? size * block : size)),
  );
  return own[axis]! * block === shape[axis] ? whole : graph.slice(whole, { axis, from: 0, to: shape[axis]! });
}

export const quantisationRules = {
  /** y = (x - zero) * scale: the scale has a gradient, the integers have none. */
  DequantizeLinear: rewritingRule((of) => {
    const { graph, node, inputs, outputs } = of;
    const scale = inputs[1]!;
    // The node itself by a scale of 1: it reads types that the engine does not.
    const ones = graph.filled(fixedShape(scale), 1, scale.type);
    const centred = repeated(graph, node, { inputs: [inputs[0], ones, inputs[2]], like: outputs[0]! });
    const written = graph.nodes.at(-1)!;
    written.input.splice(0, written.input.length, ...node.input.with(1, ones.name));
    return [graph.mul(centred, spread(graph, scale, of))];
  }),
} satisfies Record<string, GradientRule>;
