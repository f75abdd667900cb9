import { floatAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import type { NodeProto } from '../proto/onnx.gen.js';
import { unbroadcast } from './broadcast.js';
import { abs, emitted, step } from './emit.js';
import { unaryRule, type GradientRule } from './rule.js';

interface Activation {
  readonly graph: GraphBuilder;
  readonly x: Value;
  readonly y: Value;
  /** An attribute of the node. */
  readonly real: (name: string, missing: number) => number;
}

/** A rule from the derivative of y by x. */
const slopeRule = (slope: (of: Activation) => Value): GradientRule =>
  unaryRule(({ graph, node, x, y, gradient }) =>
    graph.mul(
      gradient,
      slope({ graph, x, y, real: (name, missing) => floatAttribute(node as NodeProto, name, missing) }),
    ),
  );

/** The part of a value below zero: min(x, 0). */
const below = (graph: GraphBuilder, x: Value): Value =>
  emitted(graph, 'Min', { inputs: [x, graph.scalar(0, x.type)], like: x });

/** `above` where x > 0, else `other`. */
const choose = (graph: GraphBuilder, x: Value, { above, other }: { above: number; other: number }): Value =>
  graph.add(graph.mul(step(graph, x), above - other), other);

const clamped = (graph: GraphBuilder, x: Value, { alpha, beta }: { alpha: number; beta: number }): Value =>
  graph.hardSigmoid(x, alpha, beta);

/** 1 where a value between 0 and 1 lies inside, 0 at both ends. */
const inside = (graph: GraphBuilder, h: Value): Value => step(graph, graph.sub(h, graph.mul(h, h)));

export const activationRules = {
  LeakyRelu: slopeRule(({ graph, x, real }) => choose(graph, x, { above: 1, other: real('alpha', 0.01) })),
  PRelu: ({ graph, inputs: [x, slope], gradients: [gradient], needs }) => {
    const toX = () => {
      const above = step(graph, x!);
      return graph.mul(gradient!, graph.add(above, graph.mul(slope!, graph.sub(1, above))));
    };
    return [
      needs(0) ? toX() : undefined,
      needs(1) ? unbroadcast(graph, graph.mul(gradient!, below(graph, x!)), slope!) : undefined,
    ];
  },
  // alpha * exp(x) = y + alpha below zero.
  Elu: slopeRule(({ graph, x, y, real }) => {
    const alpha = real('alpha', 1);
    return graph.add(below(graph, y), choose(graph, x, { above: 1, other: alpha }));
  }),
  Selu: slopeRule(({ graph, x, y, real }) => {
    const [alpha, gamma] = [real('alpha', 1.67326319217681884765625), real('gamma', 1.05070102214813232421875)];
    return graph.add(below(graph, y), choose(graph, x, { above: gamma, other: gamma * alpha }));
  }),
  Celu: slopeRule(({ graph, y, real }) => graph.add(graph.mul(below(graph, y), 1 / real('alpha', 1)), 1)),
  ThresholdedRelu: slopeRule(({ graph, x, real }) => step(graph, graph.sub(x, real('alpha', 1)))),
  Shrink: slopeRule(({ graph, x, real }) => step(graph, graph.sub(abs(graph, x), real('lambd', 0.5)))),
  Softplus: slopeRule(({ graph, x }) => graph.sigmoid(x)),
  Softsign: slopeRule(({ graph, y }) => {
    const rest = graph.sub(1, abs(graph, y));
    return graph.mul(rest, rest);
  }),
  HardSigmoid: slopeRule(({ graph, y, real }) => graph.mul(inside(graph, y), real('alpha', 0.2))),
  HardSwish: slopeRule(({ graph, x }) => {
    const h = clamped(graph, x, { alpha: 1 / 6, beta: 0.5 });
    return graph.add(h, graph.mul(graph.mul(x, 1 / 6), inside(graph, h)));
  }),
  Swish: slopeRule(({ graph, x, y, real }) => {
    const alpha = real('alpha', 1);
    const s = graph.sigmoid(alpha === 1 ? x : graph.mul(x, alpha));
    const bend = graph.sub(y, graph.mul(y, s));
    return graph.add(s, alpha === 1 ? bend : graph.mul(bend, alpha));
  }),
  Mish: slopeRule(({ graph, x }) => {
    const t = graph.tanh(emitted(graph, 'Softplus', { inputs: [x], like: x }));
    return graph.add(t, graph.mul(graph.mul(x, graph.sigmoid(x)), graph.sub(1, graph.mul(t, t))));
  }),
} satisfies Record<string, GradientRule>;
