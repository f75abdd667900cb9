import type { AttributeValue } from '../proto/messages.js';
import type { GradientCase } from '../testing/finite-differences.js';
import { float32 } from '../tensors/tensor.js';
import { apply, describeGradients, picks } from '../testing/gradient-cases.js';
import { poolingRules } from './pooling.js';

const pooled = (
  opType: string,
  [from, to]: readonly [readonly number[], readonly number[]],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): GradientCase => ({
  shapes: [from],
  range: [-2, 2],
  build: (g, x) => apply(g, opType, { inputs: [x], shape: to, attributes }),
});

describeGradients(poolingRules, {
  MaxPool: {
    'with pads and strides': pooled(
      'MaxPool',
      [
        [2, 2, 5, 4],
        [2, 2, 3, 2],
      ],
      {
        kernel_shape: [3, 2],
        strides: [2, 2],
        pads: [1, 0, 1, 0],
      },
    ),
    'dilated, along one axis': pooled(
      'MaxPool',
      [
        [1, 2, 6],
        [1, 2, 4],
      ],
      { kernel_shape: [2], dilations: [2] },
    ),
    'with places counted by columns': pooled(
      'MaxPool',
      [
        [1, 2, 4, 4],
        [1, 2, 2, 2],
      ],
      { kernel_shape: [2, 2], strides: [2, 2], storage_order: 1 },
    ),
    'with a rest': pooled(
      'MaxPool',
      [
        [1, 1, 5, 5],
        [1, 1, 3, 3],
      ],
      { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
    ),
  },
  GlobalMaxPool: {
    'of planes': pooled('GlobalMaxPool', [
      [2, 2, 3, 2],
      [2, 2, 1, 1],
    ]),
  },
  LpPool: {
    'of windows without anything': {
      shapes: [[1, 2, 2, 2]],
      build: (g, x) => {
        const halves = g.constant(float32([1, 2, 1, 1], [1, 0]));
        return apply(g, 'LpPool', {
          inputs: [g.mul(x, halves)],
          shape: [1, 2, 1, 1],
          attributes: { kernel_shape: [2, 2] },
        });
      },
    },
    'of squares': pooled(
      'LpPool',
      [
        [1, 2, 4, 4],
        [1, 2, 2, 3],
      ],
      { kernel_shape: [2, 2], strides: [2, 1] },
    ),
    'of cubes': pooled(
      'LpPool',
      [
        [1, 1, 6],
        [1, 1, 3],
      ],
      { kernel_shape: [2], strides: [2], p: 3 },
    ),
  },
  GlobalLpPool: {
    'of a plane without anything': {
      shapes: [[1, 2, 2, 2]],
      build: (g, x) => {
        const halves = g.constant(float32([1, 2, 1, 1], [1, 0]));
        return apply(g, 'GlobalLpPool', { inputs: [g.mul(x, halves)], shape: [1, 2, 1, 1] });
      },
    },
    'of planes': pooled('GlobalLpPool', [
      [2, 2, 3, 2],
      [2, 2, 1, 1],
    ]),
  },
  MaxUnpool: {
    'to other places': {
      shapes: [[1, 1, 2, 2]],
      build: (g, x) =>
        apply(g, 'MaxUnpool', {
          inputs: [x, picks(g, [1, 1, 2, 2], [5, 7, 13, 15])],
          shape: [1, 1, 4, 4],
          attributes: { kernel_shape: [2, 2], strides: [2, 2] },
        }),
    },
  },
});
