import { activationRules } from './activations.js';
import { classificationLossRules } from './classification-losses.js';
import { convRules } from './conv.js';
import { cumulativeRules } from './cumulative.js';
import { dropoutRules } from './dropout.js';
import { einsumRules } from './einsum.js';
import { elementwiseRules } from './elementwise.js';
import { featureNormalisationRules } from './feature-normalisation.js';
import { indexingRules } from './indexing.js';
import { matMulRules } from './matmul.js';
import { movementRules } from './movement.js';
import { normalisationRules } from './normalisation.js';
import { piecewiseRules } from './piecewise.js';
import { poolingRules } from './pooling.js';
import { quantisationRules } from './quantisation.js';
import { reduceRules } from './reduce.js';
import { resamplingRules } from './resampling.js';
import type { GradientRule } from './rule.js';
import { shapeRules } from './shape.js';
import { trigonometryRules } from './trigonometry.js';

/** One rule per operator of the standard domain. */
export const gradientRules: Readonly<Record<string, GradientRule>> = {
  ...elementwiseRules,
  ...piecewiseRules,
  ...activationRules,
  ...trigonometryRules,
  ...matMulRules,
  ...einsumRules,
  ...shapeRules,
  ...movementRules,
  ...indexingRules,
  ...reduceRules,
  ...cumulativeRules,
  ...normalisationRules,
  ...featureNormalisationRules,
  ...convRules,
  ...poolingRules,
  ...resamplingRules,
  ...classificationLossRules,
  ...dropoutRules,
  ...quantisationRules,
};
