import type { GraphBuilder } from '../graph/builder.js';
import { float32, int64 } from '../tensors/tensor.js';
import { describeGradients } from '../testing/gradient-cases.js';
import type { GradientCase } from '../testing/finite-differences.js';
import { fusedRules } from './fused.js';

const domain = 'com.microsoft';

const quickGelu = (alpha: number): GradientCase => ({
  shapes: [[3, 4]],
  range: [-3, 3],
  build: (g, x) =>
    g.emit({ opType: 'QuickGelu', domain, inputs: [x], outputs: [x], attributes: { alpha: { float: alpha } } })[0]!,
});

/** Angles of 3 places by 2 pairs of features. */
const angles = Array.from({ length: 6 }, (_, at) => at * 0.7);

const rotated = (shape: readonly number[]): GradientCase => ({
  shapes: [shape],
  build: (g, x) => {
    const inputs = [x, g.constant(int64([1], [0])), tableOf(g, Math.cos), tableOf(g, Math.sin)];
    return g.emit({ opType: 'RotaryEmbedding', domain, inputs, outputs: [x] })[0]!;
  },
});

const tableOf = (g: GraphBuilder, of: (angle: number) => number) => g.constant(float32([3, 2], angles.map(of)));

describeGradients(fusedRules, {
  QuickGelu: { 'as SiLU': quickGelu(1), 'of its own steepness': quickGelu(1.702) },
  RotaryEmbedding: { 'of heads first': rotated([2, 2, 3, 4]), 'of flat heads': rotated([2, 3, 8]) },
});
