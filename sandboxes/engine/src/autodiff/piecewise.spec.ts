import { apply, describeGradients, unaryCase } from '../testing/gradient-cases.js';
import { piecewiseRules } from './piecewise.js';

// Where nothing moves the answer itself, another term keeps the gradient from being zero altogether.
const flat = (opType: string) => ({
  beside: {
    shapes: [[2, 3]],
    range: [0.1, 0.4] as const,
    build: (...[g, x]: Parameters<ReturnType<typeof unaryCase>['build']>) =>
      g.add(apply(g, opType, { inputs: [x!] }), x!),
  },
});
const threeRows = [[2, 3], [3], [2, 1]] as const;

describeGradients(piecewiseRules, {
  Max: {
    'of three': { shapes: threeRows, build: (g, ...inputs) => apply(g, 'Max', { inputs }) },
    'of equal values': { shapes: [[2, 3]], build: (g, x) => apply(g, 'Max', { inputs: [x, x] }) },
  },
  Min: { 'of three': { shapes: threeRows, range: [-3, 3], build: (g, ...inputs) => apply(g, 'Min', { inputs }) } },
  Abs: { 'on both sides': unaryCase('Abs', { range: [-3, 3], shape: [3, 4] }) },
  Clip: {
    'between constants': {
      shapes: [[3, 4]],
      range: [-3, 3],
      build: (g, x) => apply(g, 'Clip', { inputs: [x, g.scalar(-1), g.scalar(1.5)] }),
    },
    'from below': { shapes: [[3, 4]], build: (g, x) => apply(g, 'Clip', { inputs: [x, g.scalar(0.1)] }) },
    'between trained bounds': {
      shapes: [[3, 4], [], []],
      range: [-3, 3],
      build: (g, x, low, high) =>
        apply(g, 'Clip', { inputs: [x, g.sub(g.mul(low!, 0.1), 1), g.add(g.mul(high!, 0.1), 1)] }),
    },
  },
  Mod: {
    'with the sign of the dividend': {
      shapes: [[2, 3], [3]],
      range: [1, 1.1],
      build: (g, a, b) => apply(g, 'Mod', { inputs: [g.mul(a!, 2.5), b], shape: [2, 3], attributes: { fmod: 1 } }),
    },
  },
  Mean: { 'of three': { shapes: threeRows, build: (g, ...inputs) => apply(g, 'Mean', { inputs }) } },
  Sign: flat('Sign'),
  Floor: flat('Floor'),
  Ceil: flat('Ceil'),
  Round: flat('Round'),
  Hardmax: flat('Hardmax'),
});
