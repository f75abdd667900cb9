import type { AttributeValue } from '../proto/messages.js';
import type { GradientCase } from '../testing/finite-differences.js';
import { apply, describeGradients, picks } from '../testing/gradient-cases.js';
import { classificationLossRules } from './classification-losses.js';

const loss = (
  opType: string,
  {
    shape = [],
    weighted = false,
    attributes = {},
  }: { shape?: readonly number[]; weighted?: boolean; attributes?: Record<string, AttributeValue> } = {},
): GradientCase => ({
  shapes: weighted ? [[2, 3, 2], [3]] : [[2, 3, 2]],
  range: [0.5, 2],
  build: (g, scores, weights) =>
    apply(g, opType, { inputs: [scores, picks(g, [2, 2], [0, 2, 1, 0]), weights], shape, attributes }),
});

describeGradients(classificationLossRules, {
  NegativeLogLikelihoodLoss: {
    mean: loss('NegativeLogLikelihoodLoss'),
    'weighted mean': loss('NegativeLogLikelihoodLoss', { weighted: true }),
    'sum without one label': loss('NegativeLogLikelihoodLoss', { attributes: { reduction: 'sum', ignore_index: 2 } }),
  },
  SoftmaxCrossEntropyLoss: {
    mean: loss('SoftmaxCrossEntropyLoss'),
    'weighted mean without one label': loss('SoftmaxCrossEntropyLoss', {
      weighted: true,
      attributes: { ignore_index: 0 },
    }),
    'of each': loss('SoftmaxCrossEntropyLoss', { shape: [2, 2], attributes: { reduction: 'none' } }),
  },
});
