import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import type { AttributeValue } from '../proto/messages.js';
import { apply, describeGradients } from '../testing/gradient-cases.js';
import { convRules } from './conv.js';

type Build = (graph: GraphBuilder, ...inputs: Value[]) => Value;
type Attributes = Readonly<Record<string, AttributeValue>>;

const conv =
  (shape: readonly number[], attributes: Attributes = {}): Build =>
  (graph, ...inputs) =>
    apply(graph, 'Conv', { inputs, shape, attributes });
const transposed =
  (shape: readonly number[], attributes: Attributes = {}): Build =>
  (graph, ...inputs) =>
    apply(graph, 'ConvTranspose', { inputs, shape, attributes });

describeGradients(convRules, {
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
    'of groups': { shapes: [[2, 4, 5, 4], [6, 2, 3, 2], [6]], build: conv([2, 6, 3, 3], { group: 2 }) },
    'of single channels': {
      shapes: [
        [2, 3, 5, 5],
        [3, 1, 3, 3],
      ],
      build: conv([2, 3, 3, 3], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
    },
    'along one axis': { shapes: [[2, 2, 7], [3, 2, 3], [3]], build: conv([2, 3, 4], { strides: [2], pads: [1, 1] }) },
    'along three axes': {
      shapes: [
        [1, 2, 3, 4, 3],
        [2, 2, 2, 2, 2],
      ],
      build: conv([1, 2, 2, 3, 2]),
    },
    'padded as the sizes ask, more behind': {
      shapes: [
        [1, 1, 5, 6],
        [1, 1, 2, 3],
      ],
      build: conv([1, 1, 3, 3], { strides: [2, 2], auto_pad: 'SAME_UPPER' }),
    },
    'padded as the sizes ask, more in front': {
      shapes: [
        [1, 1, 5, 6],
        [1, 1, 2, 3],
      ],
      build: conv([1, 1, 3, 3], { strides: [2, 2], auto_pad: 'SAME_LOWER' }),
    },
  },
  ConvTranspose: {
    plain: { shapes: [[2, 3, 3, 2], [3, 2, 2, 3], [2]], build: transposed([2, 2, 4, 4]) },
    'with strides, pads and a rest': {
      shapes: [
        [1, 2, 3, 3],
        [2, 2, 3, 3],
      ],
      build: transposed([1, 2, 6, 6], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }),
    },
    'of groups, dilated': {
      shapes: [
        [1, 4, 3, 3],
        [4, 1, 2, 2],
      ],
      build: transposed([1, 2, 5, 5], { group: 2, dilations: [2, 2] }),
    },
    'along one axis': { shapes: [[2, 2, 4], [2, 3, 3], [3]], build: transposed([2, 3, 6]) },
    'to a size given': {
      shapes: [
        [1, 1, 3, 3],
        [1, 1, 3, 3],
      ],
      build: transposed([1, 1, 6, 5], { strides: [2, 2], output_shape: [6, 5] }),
    },
  },
});
