import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { broadcastShape, sameShape } from '../graph/shapes.js';
import { emitted } from './emit.js';
import type { GradientRule } from './rule.js';

/**
 * A softmax over keys that are masked altogether is NaN. Graphs put other numbers in the place of such rows (the function of ONNX's
 * Attention does), so nothing flows back through them; NaN times that nothing would still be NaN.
 */
export const withoutMaskedRows =
  (rule: GradientRule): GradientRule =>
  (of) =>
    rule({ ...of, outputs: [kept(of.graph, of.outputs[0]!), ...of.outputs.slice(1)] });

/** The values with 0 for every NaN that a Where of the graph throws away. */
function kept(graph: GraphBuilder, y: Value): Value {
  const choice = graph.nodes.find(
    ({ opType, input, output }) =>
      opType === 'Where' && input.indexOf(y.name, 1) > 0 && sameShape(graph.value(output[0]!).shape, y.shape),
  );
  if (!choice) return y;
  const condition = graph.value(choice.input[0]!);
  const like = { type: 'bool', shape: condition.shape } as const;
  const thrownAway = choice.input[2] === y.name ? condition : emitted(graph, 'Not', { inputs: [condition], like });
  const missing = emitted(graph, 'IsNaN', { inputs: [y], like: { type: 'bool', shape: y.shape } });
  const dropped = emitted(graph, 'And', {
    inputs: [missing, thrownAway],
    like: { type: 'bool', shape: broadcastShape(y.shape, condition.shape) },
  });
  return graph.where(dropped, graph.scalar(0, y.type), y);
}
