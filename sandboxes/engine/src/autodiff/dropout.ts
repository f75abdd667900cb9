import { constantInput } from './shape.js';
import type { GradientRule } from './rule.js';

export const dropoutRules = {
  /** In training through the mask that the forward node drew; else it is the identity. */
  Dropout: (of) => {
    const { graph, node, outputs, gradients } = of;
    const [gradient, ratio] = [gradients[0]!, constantInput(of, 1)?.[0] ?? 0.5];
    if (constantInput(of, 2)?.[0] !== 1 || ratio === 0) return [gradient];
    const [, mask] = graph.extendOutputs(node, [outputs[0]!, { type: 'bool', shape: gradient.shape }]);
    return [graph.mul(gradient, graph.mul(graph.cast(mask!, gradient.type), 1 / (1 - ratio)))];
  },
} satisfies Record<string, GradientRule>;
