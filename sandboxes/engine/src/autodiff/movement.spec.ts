import type { GradientCase } from '../testing/finite-differences.js';
import { apply, describeGradients } from '../testing/gradient-cases.js';
import { movementRules } from './movement.js';

const padded =
  (mode: string): GradientCase['build'] =>
  (g, x) =>
    apply(g, 'Pad', { inputs: [x, g.integers([0, 2, 1, 1])], shape: [3, 7], attributes: { mode } });
const moved =
  (opType: string, shape: readonly number[], attributes: { mode?: string } = {}): GradientCase['build'] =>
  (g, x) =>
    apply(g, opType, { inputs: [x], shape, attributes: { blocksize: 2, ...attributes } });

describeGradients(movementRules, {
  Tile: {
    'along two axes': {
      shapes: [[2, 3]],
      build: (g, x) => apply(g, 'Tile', { inputs: [x, g.integers([3, 2])], shape: [6, 6] }),
    },
  },
  Trilu: {
    'below the diagonal': {
      shapes: [[2, 3, 3]],
      build: (g, x) => apply(g, 'Trilu', { inputs: [x], attributes: { upper: 0 } }),
    },
    'above another diagonal': {
      shapes: [[3, 4]],
      build: (g, x) => apply(g, 'Trilu', { inputs: [x, g.scalar(1, 'int64')] }),
    },
  },
  ReverseSequence: {
    'of two lengths': {
      shapes: [[4, 2, 2]],
      build: (g, x) => apply(g, 'ReverseSequence', { inputs: [x, g.integers([3, 4])] }),
    },
  },
  CenterCropPad: {
    'cutting one axis, padding the other': {
      shapes: [[5, 2]],
      build: (g, x) => apply(g, 'CenterCropPad', { inputs: [x, g.integers([3, 4])], shape: [3, 4] }),
    },
  },
  Pad: {
    'with a constant': {
      shapes: [[2, 3]],
      build: (g, x) => apply(g, 'Pad', { inputs: [x, g.integers([1, 0, 0, 2]), g.scalar(5)], shape: [3, 5] }),
    },
    'with a trained constant': {
      shapes: [[2, 3], []],
      build: (g, x, value) => apply(g, 'Pad', { inputs: [x, g.integers([1, 0, 0, 2]), value], shape: [3, 5] }),
    },
    'of one axis, cutting': {
      shapes: [[2, 3]],
      build: (g, x) => apply(g, 'Pad', { inputs: [x, g.integers([-1, 1]), undefined, g.integers([1])], shape: [2, 3] }),
    },
    'by reflection': { shapes: [[2, 4]], build: padded('reflect') },
    'by the edge': { shapes: [[2, 4]], build: padded('edge') },
    'from the other side': { shapes: [[2, 4]], build: padded('wrap') },
  },
  DepthToSpace: {
    'place before channel': { shapes: [[1, 8, 2, 1]], build: moved('DepthToSpace', [1, 2, 4, 2]) },
    'channel before place': { shapes: [[1, 8, 2, 1]], build: moved('DepthToSpace', [1, 2, 4, 2], { mode: 'CRD' }) },
  },
  SpaceToDepth: { 'of blocks': { shapes: [[1, 2, 4, 2]], build: moved('SpaceToDepth', [1, 8, 2, 1]) } },
  Slice: {
    'inside an axis': { shapes: [[2, 5]], build: (g, a) => g.slice(a, { axis: 1, from: 1, to: 4 }) },
    'with steps': {
      shapes: [[2, 5]],
      build: (g, x) =>
        apply(g, 'Slice', {
          inputs: [x, g.integers([0]), g.integers([5]), g.integers([1]), g.integers([2])],
          shape: [2, 3],
        }),
    },
    backwards: {
      shapes: [[2, 5]],
      build: (g, x) =>
        apply(g, 'Slice', {
          inputs: [x, g.integers([-1]), g.integers([-4]), g.integers([1]), g.integers([-1])],
          shape: [2, 3],
        }),
    },
    'counted from the end': {
      shapes: [[2, 5]],
      build: (g, a) =>
        g.emit({
          opType: 'Slice',
          inputs: [a, g.integers([-3]), g.integers([-1]), g.integers([-1])],
          outputs: [{ type: 'float32', shape: [2, 2] }],
        })[0]!,
    },
  },
});
