import { apply, describeGradients } from '../testing/gradient-cases.js';
import { cumulativeRules } from './cumulative.js';

describeGradients(cumulativeRules, {
  CumSum: {
    'along an axis': { shapes: [[2, 4]], build: (g, x) => apply(g, 'CumSum', { inputs: [x, g.scalar(1, 'int64')] }) },
    'backwards, without the value itself': {
      shapes: [[2, 4]],
      build: (g, x) =>
        apply(g, 'CumSum', { inputs: [x, g.scalar(-1, 'int64')], attributes: { exclusive: 1, reverse: 1 } }),
    },
  },
});
