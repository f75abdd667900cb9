import { describeGradients, flags, apply } from '../testing/gradient-cases.js';
import { elementwiseRules } from './elementwise.js';

const positive = [0.5, 2] as const;
const pair = [
  [2, 3],
  [2, 3],
] as const;

describeGradients(elementwiseRules, {
  Add: {
    'of equal shapes': { shapes: pair, build: (g, a, b) => g.add(a, b) },
    'broadcasting rows': { shapes: [[4, 2, 3], [3]], build: (g, a, b) => g.add(a, b) },
    'broadcasting inner axes': {
      shapes: [
        [2, 1, 3],
        [4, 1],
      ],
      build: (g, a, b) => g.add(a, b),
    },
    'broadcasting a scalar': { shapes: [[2, 3], []], build: (g, a, b) => g.add(a, b) },
  },
  Sub: {
    'broadcasting columns': {
      shapes: [
        [2, 3],
        [2, 1],
      ],
      build: (g, a, b) => g.sub(a, b),
    },
  },
  Mul: {
    'of equal shapes': { shapes: pair, build: (g, a, b) => g.mul(a, b) },
    'of a value with itself': { shapes: [[2, 3]], build: (g, a) => g.mul(a, a) },
    'by a one-element scale': { shapes: [[5, 7], [1]], build: (g, a, b) => g.mul(a, b) },
  },
  Div: {
    'broadcasting both': {
      shapes: [
        [2, 1],
        [1, 3],
      ],
      range: positive,
      build: (g, a, b) => g.div(a, b),
    },
  },
  Pow: {
    'by a constant 2': { shapes: [[2, 3]], build: (g, a) => g.pow(a, 2) },
    'by a constant 3': { shapes: [[2, 3]], range: positive, build: (g, a) => g.pow(a, 3) },
    'by whole numbers': { shapes: [[2, 3]], build: (g, a) => apply(g, 'Pow', { inputs: [a, g.integers([2, 3, 1])] }) },
    'of base and exponent': { shapes: pair, range: positive, build: (g, a, b) => g.pow(a, b) },
  },
  Sum: { 'of three': { shapes: [[2, 3], [3], [2, 1]], build: (g, ...all) => g.sum(all) } },
  Where: {
    'on both sides': {
      shapes: [[2, 3], [3]],
      build: (g, a, b) => g.where(g.reshape(flags(g, [1, 0, 1, 0, 0, 1]), [2, 3]), a, b),
    },
  },
  Neg: { alone: { shapes: [[2, 3]], build: (g, a) => g.neg(a) } },
  Sqrt: { alone: { shapes: [[2, 3]], range: positive, build: (g, a) => g.sqrt(a) } },
  Reciprocal: { alone: { shapes: [[2, 3]], range: positive, build: (g, a) => g.reciprocal(a) } },
  Exp: { alone: { shapes: [[2, 3]], build: (g, a) => g.exp(a) } },
  Log: { alone: { shapes: [[2, 3]], range: positive, build: (g, a) => g.log(a) } },
  Tanh: { alone: { shapes: [[2, 3]], build: (g, a) => g.tanh(a) } },
  Sigmoid: { alone: { shapes: [[2, 3]], build: (g, a) => g.sigmoid(a) } },
  Relu: {
    'above zero': { shapes: [[2, 3]], range: positive, build: (g, a) => g.relu(a) },
    'below zero': { shapes: [[2, 3]], range: [-2, -0.5], build: (g, a) => g.add(g.relu(a), g.mul(a, 0.1)) },
  },
  Erf: { alone: { shapes: [[2, 3]], build: (g, a) => g.erf(a) } },
  Gelu: {
    'in its exact form': { shapes: [[3, 4]], range: [-3, 3], build: (g, a) => g.gelu(a) },
    'by the hyperbolic tangent': {
      shapes: [[3, 4]],
      range: [-3, 3],
      build: (g, a) => apply(g, 'Gelu', { inputs: [a], attributes: { approximate: 'tanh' } }),
    },
  },
});
