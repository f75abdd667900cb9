import { float32 } from '../tensors/tensor.js';
import { apply, describeGradients } from '../testing/gradient-cases.js';
import { normalisationRules } from './normalisation.js';

describeGradients(normalisationRules, {
  Softmax: {
    'over the last axis': { shapes: [[3, 4]], build: (g, a) => g.softmax(a) },
    'of rows masked altogether': {
      shapes: [[2, 3]],
      build: (g, a) => {
        const masked = g.add(a, g.constant(float32([2, 3], [0, 0, 0, -Infinity, -Infinity, -Infinity])));
        const y = g.softmax(masked);
        const [missing] = g.emit({ opType: 'IsNaN', inputs: [y], outputs: [{ type: 'bool', shape: [2, 3] }] });
        return g.where(missing!, 0, y);
      },
    },
    'over the first axis': { shapes: [[3, 4]], build: (g, a) => g.softmax(a, 0) },
  },
  LogSoftmax: { 'over the last axis': { shapes: [[3, 4]], build: (g, a) => g.logSoftmax(a) } },
  LayerNormalization: {
    'with scale and bias': {
      shapes: [[2, 3, 4], [4], [4]],
      build: (g, x, scale, bias) => g.layerNormalization(x, { scale: scale!, bias: bias! }),
    },
    'over two axes': {
      shapes: [
        [2, 3, 4],
        [3, 4],
        [3, 4],
      ],
      build: (g, x, scale, bias) =>
        apply(g, 'LayerNormalization', { inputs: [x, scale, bias], attributes: { axis: 1 } }),
    },
    'over all axes with a scale that broadcasts': {
      shapes: [[3, 4], [4]],
      build: (g, x, scale) => apply(g, 'LayerNormalization', { inputs: [x, scale], attributes: { axis: 0 } }),
    },
    'with its statistics in use': {
      shapes: [[2, 4], [4]],
      build: (g, x, scale) => {
        const [y, mean, inverse] = g.emit({
          opType: 'LayerNormalization',
          inputs: [x, scale],
          outputs: [x!, { type: 'float32', shape: [2, 1] }, { type: 'float32', shape: [2, 1] }],
        });
        return g.mul(g.add(y!, mean!), inverse!);
      },
    },
    'without bias': { shapes: [[3, 5], [5]], build: (g, x, scale) => g.layerNormalization(x, { scale: scale! }) },
  },
});
