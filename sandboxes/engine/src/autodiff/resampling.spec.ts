import type { AttributeValue } from '../proto/messages.js';
import type { GradientCase } from '../testing/finite-differences.js';
import { apply, describeGradients } from '../testing/gradient-cases.js';
import { float32 } from '../tensors/tensor.js';
import { resamplingRules } from './resampling.js';

type Attributes = Readonly<Record<string, AttributeValue>>;

const averaged = (
  [from, to]: readonly [readonly number[], readonly number[]],
  attributes: Attributes,
): GradientCase => ({
  shapes: [from],
  build: (g, x) => apply(g, 'AveragePool', { inputs: [x], shape: to, attributes }),
});
const resized = (sizes: readonly number[], attributes: Attributes = {}): GradientCase => ({
  shapes: [[1, 2, 3, 4]],
  build: (g, x) =>
    apply(g, 'Resize', { inputs: [x, undefined, undefined, g.integers(sizes)], shape: sizes, attributes }),
});

describeGradients(resamplingRules, {
  AveragePool: {
    plain: averaged(
      [
        [2, 2, 4, 4],
        [2, 2, 3, 2],
      ],
      { kernel_shape: [2, 3] },
    ),
    'with pads that do not count': averaged(
      [
        [1, 2, 4, 4],
        [1, 2, 3, 3],
      ],
      {
        kernel_shape: [2, 2],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
      },
    ),
    'with pads that count': averaged(
      [
        [1, 2, 4, 4],
        [1, 2, 3, 3],
      ],
      {
        kernel_shape: [2, 2],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
        count_include_pad: 1,
      },
    ),
    'with a rest': averaged(
      [
        [1, 1, 6],
        [1, 1, 3],
      ],
      { kernel_shape: [3], strides: [2], ceil_mode: 1 },
    ),
  },
  GlobalAveragePool: {
    'of planes': {
      shapes: [[2, 2, 3, 2]],
      build: (g, x) => apply(g, 'GlobalAveragePool', { inputs: [x], shape: [2, 2, 1, 1] }),
    },
  },
  Resize: {
    'to the nearest': resized([1, 2, 6, 7]),
    'linear, larger': resized([1, 2, 5, 7], { mode: 'linear' }),
    'linear, smaller, corners kept': resized([1, 2, 2, 3], {
      mode: 'linear',
      coordinate_transformation_mode: 'align_corners',
    }),
    cubic: resized([1, 2, 6, 8], { mode: 'cubic' }),
    'linear, smaller, smoothed': resized([1, 2, 2, 3], { mode: 'linear', antialias: 1 }),
    'by scales': {
      shapes: [[1, 1, 3, 4]],
      build: (g, x) =>
        apply(g, 'Resize', {
          inputs: [x, undefined, g.constant(float32([4], [1, 1, 1.7, 0.6]))],
          shape: [1, 1, 5, 2],
          attributes: { mode: 'linear' },
        }),
    },
  },
});
