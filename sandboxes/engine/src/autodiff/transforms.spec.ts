import { apply, describeGradients } from '../testing/gradient-cases.js';
import { transformRules } from './transforms.js';

describeGradients(transformRules, {
  DFT: {
    'of a real signal': {
      shapes: [[2, 6, 1]],
      build: (g, x) =>
        apply(g, 'DFT', {
          inputs: [x, undefined, g.scalar(1, 'int64')],
          shape: [2, 4, 2],
          attributes: { onesided: 1 },
        }),
    },
    'backwards, along the first axis': {
      shapes: [[4, 3, 2]],
      build: (g, x) => apply(g, 'DFT', { inputs: [x, undefined, g.scalar(0, 'int64')], attributes: { inverse: 1 } }),
    },
  },
  Col2Im: {
    'of blocks that overlap': {
      shapes: [[1, 8, 4]],
      build: (g, x) => apply(g, 'Col2Im', { inputs: [x, g.integers([3, 3]), g.integers([2, 2])], shape: [1, 2, 3, 3] }),
    },
  },
});
