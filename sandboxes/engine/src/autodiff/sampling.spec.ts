import type { AttributeValue } from '../proto/messages.js';
import type { GradientCase } from '../testing/finite-differences.js';
import { apply, describeGradients } from '../testing/gradient-cases.js';
import { float32 } from '../tensors/tensor.js';
import { samplingRules } from './sampling.js';

/** Where the samples lie, in cells of a picture 4 high and 5 wide: inside, at the border and outside, off the kinks at whole cells. */
const cells = [
  [0.4, 1.6],
  [-0.6, 2.4],
  [3.5, -1.4],
  [4.6, 3.4],
  [2.3, 0.7],
  [5.4, 1.5],
];
const middle = float32(
  [1, 2, 3, 2],
  cells.flatMap(([x, y]) => [(2 * x! + 1) / 5 - 1, (2 * y! + 1) / 4 - 1]),
);

/** The picture and small moves of the samples. */
const sampled = (attributes: Readonly<Record<string, AttributeValue>>): GradientCase => ({
  shapes: [
    [1, 2, 4, 5],
    [1, 2, 3, 2],
  ],
  build: (g, x, moves) =>
    apply(g, 'GridSample', {
      inputs: [x, g.add(g.constant(middle), g.mul(moves!, 0.05))],
      shape: [1, 2, 2, 3],
      attributes,
    }),
});

describeGradients(samplingRules, {
  GridSample: {
    'linear, zeros around': sampled({ mode: 'linear' }),
    'linear, up to the border': sampled({ mode: 'linear', padding_mode: 'border' }),
    'linear, reflected': sampled({ mode: 'linear', padding_mode: 'reflection' }),
    'linear, in three dimensions': {
      shapes: [
        [1, 1, 2, 3, 3],
        [1, 1, 2, 2, 3],
      ],
      build: (g, x, grid) => apply(g, 'GridSample', { inputs: [x, grid], shape: [1, 1, 1, 2, 2] }),
    },
    'cubic, corners aligned': sampled({ mode: 'cubic', align_corners: 1 }),
    'to the nearest': {
      shapes: [[1, 2, 4, 5]],
      build: (g, x) => {
        const grid = g.reshape(g.sub(g.mul(g.cast(g.integers([0, 3, 1, 2, 4, 5]), 'float32'), 0.3), 0.7), [1, 1, 3, 2]);
        return apply(g, 'GridSample', { inputs: [x, grid], shape: [1, 2, 1, 3], attributes: { mode: 'nearest' } });
      },
    },
  },
  AffineGrid: {
    'of a picture': {
      shapes: [[2, 2, 3]],
      build: (g, theta) => apply(g, 'AffineGrid', { inputs: [theta, g.integers([2, 1, 2, 3])], shape: [2, 2, 3, 2] }),
    },
    'of a volume, corners aligned': {
      shapes: [[1, 3, 4]],
      build: (g, theta) =>
        apply(g, 'AffineGrid', {
          inputs: [theta, g.integers([1, 1, 2, 2, 3])],
          shape: [1, 2, 2, 3, 3],
          attributes: { align_corners: 1 },
        }),
    },
  },
});
