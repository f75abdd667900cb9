import { activationRules } from './activations.js';
import { classificationLossRules } from './classification-losses.js';
import { convRules } from './conv.js';
import { cumulativeRules } from './cumulative.js';
import { dropoutRules } from './dropout.js';
import { einsumRules } from './einsum.js';
import { elementwiseRules } from './elementwise.js';
import { featureNormalisationRules } from './feature-normalisation.js';
import { indexingRules } from './indexing.js';
import { withoutMaskedRows } from './masked-rows.js';
import { matMulRules } from './matmul.js';
import { movementRules } from './movement.js';
import { normalisationRules } from './normalisation.js';
import { piecewiseRules } from './piecewise.js';
import { poolingRules } from './pooling.js';
import { quantisationRules } from './quantisation.js';
import { recurrentRules } from './recurrent.js';
import { reduceRules } from './reduce.js';
import { resamplingRules } from './resampling.js';
import type { GradientRule } from './rule.js';
import { samplingRules } from './sampling.js';
import { shapeRules } from './shape.js';
import { transformRules } from './transforms.js';
import { trigonometryRules } from './trigonometry.js';

const families = {
  Elementwise: { ...elementwiseRules, ...piecewiseRules, ...trigonometryRules },
  Activations: activationRules,
  Products: { ...matMulRules, ...einsumRules },
  'Convolution and pooling': { ...convRules, ...poolingRules, ...resamplingRules },
  Normalisation: {
    ...normalisationRules,
    ...featureNormalisationRules,
    Softmax: withoutMaskedRows(normalisationRules.Softmax),
  },
  Reductions: { ...reduceRules, ...cumulativeRules },
  'Shape and movement': { ...shapeRules, ...movementRules },
  Indexing: indexingRules,
  'Sampling and transforms': { ...samplingRules, ...transformRules },
  Recurrent: recurrentRules,
  Losses: classificationLossRules,
  'Quantisation and dropout': { ...quantisationRules, ...dropoutRules },
} as const satisfies Readonly<Record<string, Readonly<Record<string, GradientRule>>>>;

/** One rule per operator of the standard domain. */
export const gradientRules: Readonly<Record<string, GradientRule>> = Object.assign({}, ...Object.values(families));

/** The operators with a rule as the engine's README shows them. */
export const operatorTable = (): string =>
  ['| family | operators with a gradient |', '|---|---|']
    .concat(
      Object.entries(families).map(([family, rules]) => `| ${family} | ${Object.keys(rules).sort().join(', ')} |`),
    )
    .join('\n');
