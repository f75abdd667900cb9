import { intAttribute } from '../proto/messages.js';
import { emitted } from './emit.js';
import { unaryRule, type GradientRule } from './rule.js';

export const cumulativeRules = {
  /** What a value is added to are those from its place on: the same sum from the other end. */
  CumSum: unaryRule(({ graph, node, inputs, gradient }) =>
    emitted(graph, 'CumSum', {
      inputs: [gradient, inputs[1]],
      like: gradient,
      attributes: {
        exclusive: intAttribute(node, 'exclusive', 0),
        reverse: 1 - intAttribute(node, 'reverse', 0),
      },
    }),
  ),
} satisfies Record<string, GradientRule>;
