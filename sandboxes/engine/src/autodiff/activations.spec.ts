import { apply, describeGradients, unaryCase } from '../testing/gradient-cases.js';
import { activationRules } from './activations.js';

// Both sides of the bend at zero, and never on it: the 12 values of each case lie between the steps.
const wide = { range: [-3, 3], shape: [3, 4] } as const;

describeGradients(activationRules, {
  LeakyRelu: { 'with its own slope': unaryCase('LeakyRelu', { ...wide, attributes: { alpha: { float: 0.2 } } }) },
  PRelu: {
    'with a slope for each column': {
      shapes: [[3, 4], [4]],
      range: [-3, 3],
      build: (g, x, slope) => apply(g, 'PRelu', { inputs: [x, slope] }),
    },
  },
  Elu: { 'with its own alpha': unaryCase('Elu', { ...wide, attributes: { alpha: { float: 2 } } }) },
  Selu: { 'as published': unaryCase('Selu', wide) },
  Celu: { 'with its own alpha': unaryCase('Celu', { ...wide, attributes: { alpha: { float: 2 } } }) },
  ThresholdedRelu: {
    'with its own threshold': unaryCase('ThresholdedRelu', { ...wide, attributes: { alpha: { float: 1.5 } } }),
  },
  Shrink: {
    'with bias': unaryCase('Shrink', { ...wide, attributes: { lambd: { float: 1.5 }, bias: { float: 0.5 } } }),
  },
  Softplus: { 'on both sides': unaryCase('Softplus', wide) },
  Softsign: { 'on both sides': unaryCase('Softsign', wide) },
  HardSigmoid: { 'past both ends': unaryCase('HardSigmoid', { range: [-4, 4], shape: [3, 4] }) },
  HardSwish: { 'past both ends': unaryCase('HardSwish', { range: [-5, 5], shape: [3, 4] }) },
  Swish: {
    'with its own alpha': {
      shapes: [[3, 4]],
      range: [-3, 3],
      build: (g, x) => {
        g.operatorSets.set('', 24);
        return apply(g, 'Swish', { inputs: [x], attributes: { alpha: { float: 0.5 } } });
      },
    },
  },
  Mish: { 'on both sides': unaryCase('Mish', wide) },
});
