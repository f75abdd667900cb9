import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { emitted } from './emit.js';
import { unaryRule, type GradientRule } from './rule.js';

const unary =
  (opType: string) =>
  (graph: GraphBuilder, x: Value): Value =>
    emitted(graph, opType, { inputs: [x], like: x });

const [sin, cos, sinh, cosh] = [unary('Sin'), unary('Cos'), unary('Sinh'), unary('Cosh')];
const square = (graph: GraphBuilder, x: Value): Value => graph.mul(x, x);

export const trigonometryRules = {
  Sin: unaryRule(({ graph, x, gradient }) => graph.mul(gradient, cos(graph, x))),
  Cos: unaryRule(({ graph, x, gradient }) => graph.neg(graph.mul(gradient, sin(graph, x)))),
  Tan: unaryRule(({ graph, y, gradient }) => graph.mul(gradient, graph.add(square(graph, y), 1))),
  Asin: unaryRule(({ graph, x, gradient }) => graph.div(gradient, graph.sqrt(graph.sub(1, square(graph, x))))),
  Acos: unaryRule(({ graph, x, gradient }) =>
    graph.neg(graph.div(gradient, graph.sqrt(graph.sub(1, square(graph, x))))),
  ),
  Atan: unaryRule(({ graph, x, gradient }) => graph.div(gradient, graph.add(square(graph, x), 1))),
  Sinh: unaryRule(({ graph, x, gradient }) => graph.mul(gradient, cosh(graph, x))),
  Cosh: unaryRule(({ graph, x, gradient }) => graph.mul(gradient, sinh(graph, x))),
  Asinh: unaryRule(({ graph, x, gradient }) => graph.div(gradient, graph.sqrt(graph.add(square(graph, x), 1)))),
  Acosh: unaryRule(({ graph, x, gradient }) => graph.div(gradient, graph.sqrt(graph.sub(square(graph, x), 1)))),
  Atanh: unaryRule(({ graph, x, gradient }) => graph.div(gradient, graph.sub(1, square(graph, x)))),
} satisfies Record<string, GradientRule>;
