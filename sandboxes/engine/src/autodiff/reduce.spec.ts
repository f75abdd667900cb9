import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { reducedShape } from '../graph/shapes.js';
import { float32 } from '../tensors/tensor.js';
import { apply, describeGradients } from '../testing/gradient-cases.js';
import { reduceRules } from './reduce.js';

const reduced =
  (opType: string, axes: readonly number[]) =>
  (g: GraphBuilder, x: Value): Value =>
    apply(g, opType, {
      inputs: [x, g.integers(axes)],
      shape: reducedShape(x.shape, axes, false) as number[],
      attributes: { keepdims: 0 },
    });

describeGradients(reduceRules, {
  ReduceSum: {
    'over one axis': { shapes: [[2, 3, 4]], build: (g, a) => g.reduceSum(a, [1], false) },
    'over all axes': { shapes: [[2, 3]], build: (g, a) => g.reduceSum(a, [0, 1]) },
  },
  ReduceMean: { 'over two axes': { shapes: [[2, 3, 4]], build: (g, a) => g.reduceMean(a, [0, -1]) } },
  ReduceMax: {
    'over one axis': { shapes: [[2, 3, 4]], build: reduced('ReduceMax', [1]) },
    'over all axes': { shapes: [[2, 3]], build: reduced('ReduceMax', [0, 1]) },
  },
  ReduceMin: { 'over two axes': { shapes: [[2, 3, 4]], build: reduced('ReduceMin', [0, 2]) } },
  ReduceProd: {
    'over one axis': { shapes: [[2, 3]], range: [0.5, 2], build: reduced('ReduceProd', [1]) },
    'with zeros': {
      shapes: [[3, 3]],
      range: [0.5, 2],
      build: (g, x) =>
        reduced('ReduceProd', [1])(g, g.mul(x, g.constant(float32([3, 3], [1, 1, 1, 1, 0, 1, 0, 0, 1])))),
    },
  },
  ReduceL1: { 'over one axis': { shapes: [[2, 3]], build: reduced('ReduceL1', [1]) } },
  ReduceL2: { 'over one axis': { shapes: [[2, 3]], build: reduced('ReduceL2', [0]) } },
  ReduceSumSquare: {
    'over one axis': { shapes: [[2, 3]], build: reduced('ReduceSumSquare', [-1]) },
    'over no axis': {
      shapes: [[2, 3]],
      build: (g, x) =>
        apply(g, 'ReduceSumSquare', { inputs: [x, g.integers([])], attributes: { noop_with_empty_axes: 1 } }),
    },
  },
  ReduceLogSum: { 'over one axis': { shapes: [[2, 3]], range: [0.5, 2], build: reduced('ReduceLogSum', [1]) } },
  ReduceLogSumExp: { 'over one axis': { shapes: [[2, 3]], build: reduced('ReduceLogSumExp', [1]) } },
});
