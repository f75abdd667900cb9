import type { AttributeValue } from '../proto/messages.js';
import type { GradientCase } from '../testing/finite-differences.js';
import { apply, describeGradients, unaryCase } from '../testing/gradient-cases.js';
import { expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.js';
import { noise } from '../testing/fused-node.js';
import { backward } from './backward.js';
import { featureNormalisationRules } from './feature-normalisation.js';

const normalised = (
  opType: string,
  shapes: readonly (readonly number[])[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): GradientCase => ({ shapes, range: [0.5, 2], build: (g, ...inputs) => apply(g, opType, { inputs, attributes }) });

describeGradients(featureNormalisationRules, {
  BatchNormalization: {
    'with frozen statistics': normalised('BatchNormalization', [[2, 3, 2], [3], [3], [3], [3]]),
    'with those of the batch': {
      shapes: [[3, 2, 2], [2], [2], [2], [2]],
      range: [0.5, 2],
      build: (g, ...inputs) =>
        g.emit({
          opType: 'BatchNormalization',
          inputs,
          outputs: [inputs[0]!, inputs[3]!, inputs[4]!],
          attributes: { training_mode: 1 },
        })[0]!,
    },
  },
  InstanceNormalization: { 'of planes': normalised('InstanceNormalization', [[2, 3, 2, 2], [3], [3]]) },
  GroupNormalization: {
    'of two groups': normalised('GroupNormalization', [[2, 4, 3], [4], [4]], { num_groups: 2 }),
  },
  RMSNormalization: {
    'over the last axis': {
      shapes: [[2, 3, 4], [4]],
      build: (g, ...inputs) => {
        g.operatorSets.set('', 23);
        return apply(g, 'RMSNormalization', { inputs, attributes: { axis: -1 } });
      },
    },
  },
  SimplifiedLayerNormalization: {
    'over the last axis': {
      shapes: [[2, 3, 4], [4]],
      build: (g, ...inputs) => apply(g, 'SimplifiedLayerNormalization', { inputs, attributes: { axis: -1 } }),
    },
    'over two axes': {
      shapes: [
        [2, 3, 4],
        [3, 4],
      ],
      build: (g, ...inputs) => apply(g, 'SimplifiedLayerNormalization', { inputs, attributes: { axis: 1 } }),
    },
  },
  LpNormalization: {
    'by lengths': unaryCase('LpNormalization', { shape: [3, 4] }),
    'by sums': unaryCase('LpNormalization', { shape: [3, 4], attributes: { p: 1, axis: 0 } }),
  },
  MeanVarianceNormalization: {
    'over batch and planes': unaryCase('MeanVarianceNormalization', { shape: [2, 2, 2, 3] }),
  },
  LRN: {
    'over three channels': unaryCase('LRN', { shape: [1, 5, 2, 2], attributes: { size: 3, alpha: { float: 0.5 } } }),
    'over five channels': unaryCase('LRN', {
      shape: [2, 5, 3, 1],
      attributes: { size: 5, alpha: { float: 0.5 }, bias: { float: 2 } },
    }),
  },
});

it.each([
  ['alone', false],
  ['beside the answer', true],
])('SimplifiedLayerNormalization: its deviation in the loss %s is an error', (_, beside) => {
  const g = new GraphBuilder();
  const x = g.parameterOf('x', noise(2, 4));
  const [y, inverse] = g.emit({
    opType: 'SimplifiedLayerNormalization',
    inputs: [x, g.filled([4], 1)],
    outputs: [x, { type: 'float32', shape: [2, 1] }],
  });
  const result = beside ? g.mul(y!, inverse!) : inverse!;
  const seed = { of: result, gradient: g.filled(result.shape as number[], 1) };
  expect(() => backward(g, [seed], [x])).toThrow(/expected output 1 to be unused, found it in the loss/);
});
