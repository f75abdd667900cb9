import { stringAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { unbroadcast } from './broadcast.js';
import { isZero, step } from './emit.js';
import { unaryRule, type Differentiation, type GradientRule } from './rule.js';

/** A rule for two broadcast inputs from the gradient each would have without broadcasting. */
const binaryRule =
  (
    derive: (
      of: Differentiation & { a: Value; b: Value; y: Value; gradient: Value },
    ) => readonly [() => Value, () => Value],
  ): GradientRule =>
  (of) => {
    const [a, b] = [of.inputs[0]!, of.inputs[1]!];
    const [left, right] = derive({ ...of, a, b, y: of.outputs[0]!, gradient: of.gradients[0]! });
    return [
      of.needs(0) ? unbroadcast(of.graph, left(), a) : undefined,
      of.needs(1) ? unbroadcast(of.graph, right(), b) : undefined,
    ];
  };

export const elementwiseRules = {
  Add: binaryRule(({ gradient }) => [() => gradient, () => gradient]),
  Sub: binaryRule(({ graph, gradient }) => [() => gradient, () => graph.neg(gradient)]),
  Mul: binaryRule(({ graph, a, b, gradient }) => [() => graph.mul(gradient, b), () => graph.mul(gradient, a)]),
  Div: binaryRule(({ graph, b, y, gradient }) => {
    const quotient = graph.div(gradient, b);
    return [() => quotient, () => graph.neg(graph.mul(quotient, y))];
  }),
  Pow: binaryRule(({ graph, a, b, y, gradient, needs }) => {
    const square = !needs(1) && graph.constantNumbers(b.name)?.every((value) => value === 2) === true;
    const exponent = graph.cast(b, a.type);
    return [
      () =>
        square
          ? graph.mul(gradient, graph.mul(a, 2))
          : graph.mul(gradient, graph.mul(exponent, graph.pow(a, graph.sub(exponent, 1)))),
      // 0 to any power stays 0.
      () => graph.cast(graph.mul(gradient, graph.mul(y, graph.log(graph.add(a, isZero(graph, a))))), b.type),
    ];
  }),
  Sum: ({ graph, inputs, gradients, needs }) =>
    inputs.map((input, index) => (input && needs(index) ? unbroadcast(graph, gradients[0]!, input) : undefined)),
  Where: ({ graph, inputs: [condition, a, b], gradients, needs }) => [
    undefined,
    needs(1) ? unbroadcast(graph, graph.where(condition!, gradients[0]!, 0), a!) : undefined,
    needs(2) ? unbroadcast(graph, graph.where(condition!, 0, gradients[0]!), b!) : undefined,
  ],
  Neg: unaryRule(({ graph, gradient }) => graph.neg(gradient)),
  Sqrt: unaryRule(({ graph, y, gradient }) => graph.div(graph.mul(gradient, 0.5), y)),
  Reciprocal: unaryRule(({ graph, y, gradient }) => graph.neg(graph.mul(gradient, graph.mul(y, y)))),
  Exp: unaryRule(({ graph, y, gradient }) => graph.mul(gradient, y)),
  Log: unaryRule(({ graph, x, gradient }) => graph.div(gradient, x)),
  Tanh: unaryRule(({ graph, y, gradient }) => graph.mul(gradient, graph.sub(1, graph.mul(y, y)))),
  Sigmoid: unaryRule(({ graph, y, gradient }) => graph.mul(gradient, graph.sub(y, graph.mul(y, y)))),
  Relu: unaryRule(({ graph, y, gradient }) => graph.mul(gradient, step(graph, y))),
  Erf: unaryRule(({ graph, x, gradient }) =>
    graph.mul(gradient, graph.mul(graph.exp(graph.neg(graph.mul(x, x))), 2 / Math.sqrt(Math.PI))),
  ),
  Gelu: unaryRule(({ graph, node, x, gradient }) => {
    if (stringAttribute(node, 'approximate', 'none') === 'tanh') return tanhGelu(graph, x, gradient);
    // y' = (1 + erf(u)) / 2 + u exp(-u²) / sqrt(pi) with u = x / sqrt(2). The constant factor moves into the exponent, and
    // hardSigmoid, which never clips here, multiplies and adds in one pass.
    const u = graph.mul(x, Math.SQRT1_2);
    const density = graph.mul(u, graph.exp(graph.sub(-Math.log(Math.PI) / 2, graph.mul(u, u))));
    return graph.mul(gradient, graph.add(graph.hardSigmoid(graph.erf(u), 0.5, 0.5), density));
  }),
} satisfies Record<string, GradientRule>;

/** y = x (1 + tanh(k (x + c x³))) / 2 with k = sqrt(2 / pi), c = 0.044715. */
function tanhGelu(graph: GraphBuilder, x: Value, gradient: Value): Value {
  const [k, c] = [Math.sqrt(2 / Math.PI), 0.044715];
  const square = graph.mul(x, x);
  const t = graph.tanh(graph.mul(x, graph.add(graph.mul(square, k * c), k)));
  const inner = graph.mul(x, graph.add(graph.mul(square, 1.5 * k * c), 0.5 * k));
  const outside = graph.add(graph.mul(t, 0.5), 0.5);
  return graph.mul(gradient, graph.add(outside, graph.mul(graph.sub(1, graph.mul(t, t)), inner)));
}
