import { apply, describeGradients } from '../testing/gradient-cases.js';
import { shapeRules } from './shape.js';

describeGradients(shapeRules, {
  Reshape: { 'to other sizes': { shapes: [[2, 6]], build: (g, a) => g.reshape(a, [3, 4]) } },
  Flatten: { 'to a matrix': { shapes: [[2, 3, 2]], build: (g, a) => g.flatten(a) } },
  Squeeze: { 'of one axis': { shapes: [[2, 1, 3]], build: (g, a) => g.squeeze(a, 1) } },
  Unsqueeze: { 'of one axis': { shapes: [[2, 3]], build: (g, a) => g.unsqueeze(a, 1) } },
  Expand: { 'along two axes': { shapes: [[1, 3, 1]], build: (g, a) => g.expand(a, [2, 3, 4]) } },
  Transpose: { 'of three axes': { shapes: [[2, 3, 4]], build: (g, a) => g.transpose(a, [2, 0, 1]) } },
  Identity: { alone: { shapes: [[2, 3]], build: (g, a) => g.identity(a) } },
  Cast: { 'to float64 and back': { shapes: [[2, 3]], build: (g, a) => g.cast(g.cast(a, 'float64'), 'float32') } },
  CastLike: {
    'to the type of a value': { shapes: [[2, 3]], build: (g, a) => apply(g, 'CastLike', { inputs: [a, g.scalar(1)] }) },
  },
  Concat: {
    'of unequal parts': {
      shapes: [
        [2, 1],
        [2, 3],
      ],
      build: (g, a, b) => g.concat([a, b], -1),
    },
  },
  Split: {
    'with all parts used': { shapes: [[2, 5]], build: (g, a) => g.concat(g.split(a, [2, 3], 1).reverse(), 1) },
    'with one part unused': { shapes: [[2, 5]], build: (g, a) => g.split(a, [2, 3], 1)[1]! },
  },
});
