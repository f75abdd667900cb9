import type { Value } from '../graph/graph.js';
import { unbroadcast } from './broadcast.js';
import { NoGradient, unaryRule, type Differentiation, type GradientRule } from './rule.js';

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

/** Steep enough to be 0 below and 1 above zero for every normal float32. */
const STEP = 1e30;

export const elementwiseRules = {
  Add: binaryRule(({ gradient }) => [() => gradient, () => gradient]),
  Sub: binaryRule(({ graph, gradient }) => [() => gradient, () => graph.neg(gradient)]),
  Mul: binaryRule(({ graph, a, b, gradient }) => [() => graph.mul(gradient, b), () => graph.mul(gradient, a)]),
  Div: binaryRule(({ graph, b, y, gradient }) => {
    const quotient = graph.div(gradient, b);
    return [() => quotient, () => graph.neg(graph.mul(quotient, y))];
  }),
  Pow: binaryRule(({ graph, node, a, b, y, gradient, needs }) => {
    if (a.type !== 'float32' || b.type !== 'float32')
      throw new NoGradient(node, `expected float32 base and exponent, found ${a.type} and ${b.type}.`);
    const square = !needs(1) && graph.constantNumbers(b.name)?.every((value) => value === 2) === true;
    return [
      () =>
        square
          ? graph.mul(gradient, graph.mul(a, 2))
          : graph.mul(gradient, graph.mul(b, graph.pow(a, graph.sub(b, 1)))),
      () => graph.mul(gradient, graph.mul(y, graph.log(a))),
    ];
  }),
  Sum: ({ graph, inputs, gradients, needs }) =>
    inputs.map((input, index) => (input && needs(index) ? unbroadcast(graph, gradients[0]!, input) : undefined)),
  Where: ({ graph, inputs: [condition, a, b], gradients, needs }) => [
    undefined,
    needs(1) ? unbroadcast(graph, graph.where(condition!, gradients[0]!, 0), a!) : undefined,
    needs(2) ? unbroadcast(graph, graph.where(condition!, 0, gradients[0]!), b!) : undefined,
  ],
  Identity: unaryRule(({ gradient }) => gradient),
  Cast: unaryRule(({ graph, x, gradient }) => graph.cast(gradient, x.type)),
  Neg: unaryRule(({ graph, gradient }) => graph.neg(gradient)),
  Sqrt: unaryRule(({ graph, y, gradient }) => graph.div(graph.mul(gradient, 0.5), y)),
  Reciprocal: unaryRule(({ graph, y, gradient }) => graph.neg(graph.mul(gradient, graph.mul(y, y)))),
  Exp: unaryRule(({ graph, y, gradient }) => graph.mul(gradient, y)),
  Log: unaryRule(({ graph, x, gradient }) => graph.div(gradient, x)),
  Tanh: unaryRule(({ graph, y, gradient }) => graph.mul(gradient, graph.sub(1, graph.mul(y, y)))),
  Sigmoid: unaryRule(({ graph, y, gradient }) => graph.mul(gradient, graph.sub(y, graph.mul(y, y)))),
  // A third of the time of Where: onnxruntime has no fast kernel for Where or Sign.
  Relu: unaryRule(({ graph, y, gradient }) => graph.mul(gradient, graph.hardSigmoid(y, STEP, 0))),
  Erf: unaryRule(({ graph, x, gradient }) =>
    graph.mul(gradient, graph.mul(graph.exp(graph.neg(graph.mul(x, x))), 2 / Math.sqrt(Math.PI))),
  ),
  Gelu: unaryRule(({ graph, node, x, gradient }) => {
    if (node.attribute.some(({ name, s }) => name === 'approximate' && new TextDecoder().decode(s) !== 'none'))
      throw new NoGradient(node, 'only the exact form (approximate = none) has a gradient.');
    // y' = (1 + erf(u)) / 2 + u exp(-u²) / sqrt(pi) with u = x / sqrt(2). The constant factor moves into the exponent, and
    // hardSigmoid, which never clips here, multiplies and adds in one pass.
    const u = graph.mul(x, Math.SQRT1_2);
    const density = graph.mul(u, graph.exp(graph.sub(-Math.log(Math.PI) / 2, graph.mul(u, u))));
    return graph.mul(gradient, graph.add(graph.hardSigmoid(graph.erf(u), 0.5, 0.5), density));
  }),
} satisfies Record<string, GradientRule>;
