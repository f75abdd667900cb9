import { unbroadcast } from './broadcast.js';
import { same, sign } from './emit.js';
import { unaryRule, zeroRule, type GradientRule } from './rule.js';

/** Max and Min: to the operands that are the result, in equal parts where several are. */
const extremeRule: GradientRule = ({ graph, inputs, outputs: [y], gradients: [gradient], needs }) => {
  const chosen = inputs.map((input) => same(graph, input!, y!));
  const share = graph.div(
    gradient!,
    chosen.reduce((total, mask) => graph.add(total, mask)),
  );
  return inputs.map((input, index) =>
    needs(index) ? unbroadcast(graph, graph.mul(share, chosen[index]!), input!) : undefined,
  );
};

export const piecewiseRules = {
  Max: extremeRule,
  Min: extremeRule,
  Abs: unaryRule(({ graph, x, gradient }) => graph.mul(gradient, sign(graph, x))),
  /** Bounds may be inputs (since operator set 11), and trained. */
  Clip: ({ graph, inputs: [x, low, high], outputs: [y], gradients: [gradient], needs }) => {
    const kept = same(graph, x!, y!);
    const cut = () => graph.mul(gradient!, graph.sub(1, kept));
    const side = (bound: typeof low) => unbroadcast(graph, graph.mul(cut(), same(graph, y!, bound!)), bound!);
    return [
      needs(0) ? graph.mul(gradient!, kept) : undefined,
      low && needs(1) ? side(low) : undefined,
      high && needs(2) ? side(high) : undefined,
    ];
  },
  // y = a - b * q with a whole number q, which does not change in between.
  Mod: ({ graph, inputs: [a, b], outputs: [y], gradients: [gradient], needs }) => [
    needs(0) ? unbroadcast(graph, gradient!, a!) : undefined,
    needs(1) ? unbroadcast(graph, graph.mul(gradient!, graph.div(graph.sub(y!, a!), b!)), b!) : undefined,
  ],
  Mean: ({ graph, inputs, gradients: [gradient], needs }) => {
    const share = graph.mul(gradient!, 1 / inputs.length);
    return inputs.map((input, index) => (needs(index) ? unbroadcast(graph, share, input!) : undefined));
  },
  Sign: zeroRule,
  Floor: zeroRule,
  Ceil: zeroRule,
  Round: zeroRule,
  Hardmax: zeroRule,
} satisfies Record<string, GradientRule>;
