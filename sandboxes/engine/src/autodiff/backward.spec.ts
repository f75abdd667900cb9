import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.js';
import { gradientError, type GradientCase } from '../testing/finite-differences.js';
import { int64 } from '../tensors/tensor.js';
import { backward, gradientRules } from './backward.js';

const positive = [0.5, 2] as const;
const pair = [
  [2, 3],
  [2, 3],
] as const;
const flags = (g: GraphBuilder) => g.constant({ type: 'bool', shape: [2, 3], data: Uint8Array.of(1, 0, 1, 0, 0, 1) });
const picks = (g: GraphBuilder, shape: readonly number[], values: readonly number[]) =>
  g.constant(int64(shape, values));

/** By operator: every rule has at least one case. */
const cases: Record<string, Record<string, GradientCase>> = {
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
    'of base and exponent': { shapes: pair, range: positive, build: (g, a, b) => g.pow(a, b) },
  },
  Sum: { 'of three': { shapes: [[2, 3], [3], [2, 1]], build: (g, ...all) => g.sum(all) } },
  Where: { 'on both sides': { shapes: [[2, 3], [3]], build: (g, a, b) => g.where(flags(g), a, b) } },
  Identity: { alone: { shapes: [[2, 3]], build: (g, a) => g.identity(a) } },
  Cast: { 'to float64 and back': { shapes: [[2, 3]], build: (g, a) => g.cast(g.cast(a, 'float64'), 'float32') } },
  Neg: { alone: { shapes: [[2, 3]], build: (g, a) => g.neg(a) } },
  Sqrt: { alone: { shapes: [[2, 3]], range: positive, build: (g, a) => g.sqrt(a) } },
  Reciprocal: { alone: { shapes: [[2, 3]], range: positive, build: (g, a) => g.reciprocal(a) } },
  Exp: { alone: { shapes: [[2, 3]], build: (g, a) => g.exp(a) } },
  Log: { alone: { shapes: [[2, 3]], range: positive, build: (g, a) => g.log(a) } },
  Tanh: { alone: { shapes: [[2, 3]], build: (g, a) => g.tanh(a) } },
  Sigmoid: { alone: { shapes: [[2, 3]], build: (g, a) => g.sigmoid(a) } },
  Erf: { alone: { shapes: [[2, 3]], build: (g, a) => g.erf(a) } },
  Gelu: { 'in its exact form': { shapes: [[3, 4]], range: [-3, 3], build: (g, a) => g.gelu(a) } },
  Relu: {
    'above zero': { shapes: [[2, 3]], range: positive, build: (g, a) => g.relu(a) },
    'below zero': { shapes: [[2, 3]], range: [-2, -0.5], build: (g, a) => g.add(g.relu(a), g.mul(a, 0.1)) },
  },
  Softmax: {
    'over the last axis': { shapes: [[3, 4]], build: (g, a) => g.softmax(a) },
    'over the first axis': { shapes: [[3, 4]], build: (g, a) => g.softmax(a, 0) },
  },
  LogSoftmax: { 'over the last axis': { shapes: [[3, 4]], build: (g, a) => g.logSoftmax(a) } },
  LayerNormalization: {
    'with scale and bias': {
      shapes: [[2, 3, 4], [4], [4]],
      build: (g, x, scale, bias) => g.layerNormalization(x, { scale: scale!, bias: bias! }),
    },
    'without bias': { shapes: [[3, 5], [5]], build: (g, x, scale) => g.layerNormalization(x, { scale: scale! }) },
  },
  Reshape: { 'to other sizes': { shapes: [[2, 6]], build: (g, a) => g.reshape(a, [3, 4]) } },
  Flatten: { 'to a matrix': { shapes: [[2, 3, 2]], build: (g, a) => g.flatten(a) } },
  Squeeze: { 'of one axis': { shapes: [[2, 1, 3]], build: (g, a) => g.squeeze(a, 1) } },
  Unsqueeze: { 'of one axis': { shapes: [[2, 3]], build: (g, a) => g.unsqueeze(a, 1) } },
  Expand: { 'along two axes': { shapes: [[1, 3, 1]], build: (g, a) => g.expand(a, [2, 3, 4]) } },
  Transpose: { 'of three axes': { shapes: [[2, 3, 4]], build: (g, a) => g.transpose(a, [2, 0, 1]) } },
  Concat: {
    'of unequal parts': {
      shapes: [
        [2, 1],
        [2, 3],
      ],
      build: (g, a, b) => g.concat([a, b], -1),
    },
  },
  Split: {
    'with all parts used': { shapes: [[2, 5]], build: (g, a) => g.concat(g.split(a, [2, 3], 1).reverse(), 1) },
    'with one part unused': { shapes: [[2, 5]], build: (g, a) => g.split(a, [2, 3], 1)[1]! },
  },
  Slice: {
    'inside an axis': { shapes: [[2, 5]], build: (g, a) => g.slice(a, { axis: 1, from: 1, to: 4 }) },
    'counted from the end': {
      shapes: [[2, 5]],
      build: (g, a) =>
        g.emit({
          opType: 'Slice',
          inputs: [a, g.integers([-3]), g.integers([-1]), g.integers([-1])],
          outputs: [{ type: 'float32', shape: [2, 2] }],
        })[0]!,
    },
  },
  Gather: {
    'of rows, some twice': { shapes: [[4, 3]], build: (g, a) => g.gather(a, picks(g, [2, 2], [1, 3, 1, 0])) },
    'of columns': { shapes: [[2, 4, 2]], build: (g, a) => g.gather(a, picks(g, [3], [2, -1, 2]), 1) },
    'of one place': { shapes: [[2, 4, 3]], build: (g, a) => g.gather(a, picks(g, [], [-2]), 1) },
  },
  GatherElements: {
    'some twice': { shapes: [[3, 4]], build: (g, a) => g.gatherElements(a, picks(g, [3, 2], [0, 0, 3, 1, 2, 2]), 1) },
  },
  ReduceSum: {
    'over one axis': { shapes: [[2, 3, 4]], build: (g, a) => g.reduceSum(a, [1], false) },
    'over all axes': { shapes: [[2, 3]], build: (g, a) => g.reduceSum(a, [0, 1]) },
  },
  ReduceMean: { 'over two axes': { shapes: [[2, 3, 4]], build: (g, a) => g.reduceMean(a, [0, -1]) } },
  MatMul: {
    'of matrices': {
      shapes: [
        [3, 4],
        [4, 2],
      ],
      build: (g, a, b) => g.matMul(a, b),
    },
    'of a batch with one matrix': {
      shapes: [
        [2, 3, 4],
        [4, 2],
      ],
      build: (g, a, b) => g.matMul(a, b),
    },
    'of two batches': {
      shapes: [
        [2, 2, 3, 4],
        [2, 2, 4, 2],
      ],
      build: (g, a, b) => g.matMul(a, b),
    },
    'of a batch that broadcasts': {
      shapes: [
        [3, 4],
        [2, 4, 2],
      ],
      build: (g, a, b) => g.matMul(a, b),
    },
  },
  Gemm: {
    plain: { shapes: [[3, 4], [4, 2], [2]], build: (g, a, b, c) => g.gemm(a, b, { c: c! }) },
    'with the left side transposed': {
      shapes: [
        [4, 3],
        [4, 2],
      ],
      build: (g, a, b) => g.gemm(a, b, { transA: true }),
    },
    'with the right side transposed': {
      shapes: [
        [3, 4],
        [2, 4],
      ],
      build: (g, a, b) => g.gemm(a, b, { transB: true }),
    },
    'with both transposed': {
      shapes: [
        [4, 3],
        [2, 4],
      ],
      build: (g, a, b) => g.gemm(a, b, { transA: true, transB: true }),
    },
  },
  Conv: {
    plain: { shapes: [[2, 2, 4, 5], [3, 2, 2, 3], [3]], build: (g, x, w, bias) => g.conv(x, w, { bias: bias! }) },
    'with pads, strides and rows never reached': {
      shapes: [
        [1, 2, 6, 5],
        [2, 2, 3, 2],
      ],
      build: (g, x, w) => g.conv(x, w, { strides: [2, 2], pads: [1, 0, 0, 1] }),
    },
    dilated: {
      shapes: [
        [1, 1, 6, 6],
        [2, 1, 2, 2],
      ],
      build: (g, x, w) => g.conv(x, w, { dilations: [2, 3] }),
    },
  },
};

describe.each(Object.entries(cases))('gradient of %s', (_, variants) => {
  it.each(Object.entries(variants))('%s equals finite differences', async (_name, gradientCase) => {
    expect(await gradientError(gradientCase)).toBeLessThan(2e-3);
  });
});

describe('differentiation', () => {
  it('has a finite-difference case for every rule', () => {
    expect(Object.keys(gradientRules).sort()).toEqual(Object.keys(cases).sort());
  });

  it('names node and operator where there is no gradient', () => {
    const g = new GraphBuilder();
    const x = g.parameter('x', [2], (shape) => new Float32Array(shape[0]!));
    const [y] = g.emit({ opType: 'Acosh', inputs: [x], outputs: [x] });
    expect(() => backward(g, [{ of: y!, gradient: g.filled([2], 1) }], [x])).toThrow(
      /"Acosh:Acosh_1" \(Acosh\): expected an operator with a gradient/,
    );
  });

  it('names a parameter that the loss does not depend on', () => {
    const g = new GraphBuilder();
    const x = g.parameter('x', [2], (shape) => new Float32Array(shape[0]!));
    const unused = g.parameter('unused', [2], (shape) => new Float32Array(shape[0]!));
    expect(() => backward(g, [{ of: g.neg(x), gradient: g.filled([2], 1) }], [x, unused])).toThrow(
      /"unused": expected a path to the loss/,
    );
  });
});
