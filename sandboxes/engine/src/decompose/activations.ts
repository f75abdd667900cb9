import type { Decomposition, Rewriting } from './rewriting.js';

/** x * sigmoid(alpha * x) */
export const swish = (of: Rewriting, x: string, alpha = 1): string =>
  of.mul(x, of.op('Sigmoid', [alpha === 1 ? x : of.mul(x, alpha)]));

const geluExact = (of: Rewriting, x: string): string => of.op('Gelu', [x]);

/** x * sigmoid(2 sqrt(2 / pi) (x + 0.044715 x³)), which is the form with tanh (Hendrycks and Gimpel, 2016). */
export function geluTanh(of: Rewriting, x: string): string {
  const slope = 2 * Math.sqrt(2 / Math.PI);
  const factor = of.add(of.mul(of.mul(x, x), 0.044715 * slope), slope);
  return of.mul(x, of.op('Sigmoid', [of.mul(x, factor)]));
}

/** The activation that a fused Conv or Gemm ends with; parameters as onnxruntime names them. */
export function activated(
  of: Rewriting,
  x: string,
  { name, parameters }: { name: string; parameters: readonly number[] },
): string {
  const [first, second] = parameters;
  switch (name) {
    case '':
      return x;
    case 'Relu':
    case 'Tanh':
    case 'Sigmoid':
      return of.op(name, [x]);
    case 'LeakyRelu':
      return of.op(name, [x], { alpha: { float: first ?? 0.01 } });
    case 'Clip':
      return of.op(name, [x, first, second]);
    case 'HardSigmoid':
      return of.op(name, [x], { alpha: { float: first ?? 0.2 }, beta: { float: second ?? 0.5 } });
    default:
      return of.refuse('attribute "activation"', 'Relu, LeakyRelu, Tanh, Sigmoid, HardSigmoid or Clip', name);
  }
}

const biased = (of: Rewriting): string => {
  const bias = of.input(1);
  return bias === undefined ? of.required(0) : of.add(of.required(0), bias);
};

export const contribActivations: Readonly<Record<string, Decomposition>> = {
  Gelu: (of) => [geluExact(of, of.required(0))],
  BiasGelu: (of) => [geluExact(of, biased(of))],
  FastGelu: (of) => [geluTanh(of, biased(of))],
  QuickGelu: (of) => [swish(of, of.required(0), of.float('alpha', 1.702))],
};
