import type { GradientCase } from '../testing/finite-differences.js';
import { apply, describeGradients, flags, picks } from '../testing/gradient-cases.js';
import { indexingRules } from './indexing.js';

const scattered = (reduction: string, rows: readonly number[]): GradientCase => ({
  shapes: [
    [3, 2],
    [2, 2],
  ],
  range: [0.5, 2],
  build: (g, data, updates) =>
    apply(g, 'ScatterElements', {
      inputs: [data, picks(g, [2, 2], rows), updates],
      attributes: { axis: 0, reduction },
    }),
});
const scatteredRows =
  (reduction: string): GradientCase['build'] =>
  (g, data, updates) =>
    apply(g, 'ScatterND', { inputs: [data, picks(g, [2, 1], [3, 0]), updates], attributes: { reduction } });

describeGradients(indexingRules, {
  Gather: {
    'of rows, some twice': { shapes: [[4, 3]], build: (g, a) => g.gather(a, picks(g, [2, 2], [1, 3, 1, 0])) },
    'of columns': { shapes: [[2, 4, 2]], build: (g, a) => g.gather(a, picks(g, [3], [2, -1, 2]), 1) },
    'of one place': { shapes: [[2, 4, 3]], build: (g, a) => g.gather(a, picks(g, [], [-2]), 1) },
  },
  GatherElements: {
    'some twice': { shapes: [[3, 4]], build: (g, a) => g.gatherElements(a, picks(g, [3, 2], [0, 0, 3, 1, 2, 2]), 1) },
  },
  GatherND: {
    'of elements, one twice': {
      shapes: [[3, 2]],
      build: (g, x) => apply(g, 'GatherND', { inputs: [x, picks(g, [3, 2], [0, 1, 2, 0, 0, 1])], shape: [3] }),
    },
    'of rows inside a batch': {
      shapes: [[2, 3, 2]],
      build: (g, x) =>
        apply(g, 'GatherND', { inputs: [x, picks(g, [2, 1], [2, -3])], shape: [2, 2], attributes: { batch_dims: 1 } }),
    },
  },
  ScatterElements: {
    replacing: scattered('none', [0, 2, 1, 0]),
    'adding, one place twice': scattered('add', [1, 1, 0, 2]),
    multiplying: scattered('mul', [1, 1, 0, 2]),
    'keeping the larger': scattered('max', [0, 2, 1, 0]),
    'keeping the smaller': scattered('min', [0, 2, 1, 0]),
  },
  ScatterND: {
    'of rows': {
      shapes: [
        [4, 3],
        [2, 3],
      ],
      build: scatteredRows('none'),
    },
    adding: {
      shapes: [
        [4, 3],
        [2, 3],
      ],
      build: scatteredRows('add'),
    },
    multiplying: {
      shapes: [
        [4, 3],
        [2, 3],
      ],
      range: [0.5, 2],
      build: scatteredRows('mul'),
    },
  },
  TensorScatter: {
    'of a step into a cache': {
      shapes: [
        [2, 4, 3],
        [2, 1, 3],
      ],
      build: (g, past, update) => {
        g.operatorSets.set('', 24);
        return apply(g, 'TensorScatter', { inputs: [past, update, picks(g, [2], [1, 3])] });
      },
    },
    'around the end': {
      shapes: [
        [1, 4, 2],
        [1, 2, 2],
      ],
      build: (g, past, update) => {
        g.operatorSets.set('', 24);
        const attributes = { mode: 'circular' };
        return apply(g, 'TensorScatter', { inputs: [past, update, picks(g, [1], [3])], attributes });
      },
    },
  },
  TopK: {
    'of a row': {
      shapes: [[2, 5]],
      build: (g, x) =>
        g.emit({
          opType: 'TopK',
          inputs: [x, g.integers([2])],
          outputs: [
            { type: 'float32', shape: [2, 2] },
            { type: 'int64', shape: [2, 2] },
          ],
        })[0]!,
    },
  },
  OneHot: {
    'by its two values': {
      shapes: [[2]],
      build: (g, values) =>
        apply(g, 'OneHot', { inputs: [picks(g, [3], [1, 0, 3]), g.integers([4]), values], shape: [3, 4] }),
    },
  },
  Compress: {
    'of rows': {
      shapes: [[3, 2]],
      build: (g, x) =>
        apply(g, 'Compress', { inputs: [x, flags(g, [1, 0, 1])], shape: [2, 2], attributes: { axis: 0 } }),
    },
  },
});
