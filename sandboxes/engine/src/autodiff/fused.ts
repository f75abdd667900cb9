import { floatAttribute } from '../proto/messages.js';
import { float32 } from '../tensors/tensor.js';
import { NoGradient, unaryRule, type GradientRule } from './rule.js';

/** Operators that only `fuseForward` writes, in the forms that it writes. */
export const fusedRules = {
  // y = x s with s = sigmoid(alpha x), y' = s + alpha (y - y s)
  QuickGelu: unaryRule(({ graph, node, x, y, gradient }) => {
    const alpha = floatAttribute(node, 'alpha', 1.702);
    const s = graph.sigmoid(alpha === 1 ? x : graph.mul(x, alpha));
    const bend = graph.sub(y, graph.mul(y, s));
    return graph.mul(gradient, graph.add(s, alpha === 1 ? bend : graph.mul(bend, alpha)));
  }),
  // A rotation's transpose is the rotation back.
  RotaryEmbedding: unaryRule(({ graph, node, x, inputs, gradient }) => {
    const sine = graph.constants.get(inputs[3]!.name);
    if (!sine) throw new NoGradient(node, 'expected constant tables, found computed ones.');
    const back = graph.constant(
      float32(
        sine.shape,
        (sine.data as Float32Array).map((value) => -value),
      ),
    );
    const { opType, domain } = node;
    return graph.emit({ opType, domain, inputs: [gradient, inputs[1], inputs[2], back], outputs: [x] })[0]!;
  }),
} satisfies Record<string, GradientRule>;
