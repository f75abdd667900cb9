import { apply, describeGradients } from '../testing/gradient-cases.js';
import { matMulRules } from './matmul.js';

describeGradients(matMulRules, {
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
    'of a vector and a matrix': {
      shapes: [[3], [3, 2]],
      build: (g, a, b) => apply(g, 'MatMul', { inputs: [a, b], shape: [2] }),
    },
    'of a batch and a vector': {
      shapes: [[2, 3, 4], [4]],
      build: (g, a, b) => apply(g, 'MatMul', { inputs: [a, b], shape: [2, 3] }),
    },
    'of two vectors': { shapes: [[3], [3]], build: (g, a, b) => apply(g, 'MatMul', { inputs: [a, b], shape: [] }) },
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
    'with both factors': {
      shapes: [
        [3, 4],
        [4, 2],
        [3, 1],
      ],
      build: (g, a, b, c) =>
        apply(g, 'Gemm', {
          inputs: [a, b, c],
          shape: [3, 2],
          attributes: { alpha: { float: 0.5 }, beta: { float: 2 } },
        }),
    },
    'with both transposed': {
      shapes: [
        [4, 3],
        [2, 4],
      ],
      build: (g, a, b) => g.gemm(a, b, { transA: true, transB: true }),
    },
  },
});
