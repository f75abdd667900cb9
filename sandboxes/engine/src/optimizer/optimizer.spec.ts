import { describe, expect, it } from 'vitest';
import { adamWWith, references, type Reference, type ReferenceBuffers } from '../testing/reference-optimizers.js';
import { seededRandom } from '../tensors/random.js';
import { float32 } from '../tensors/tensor.js';
import { adamW } from './adamw.js';
import { updateRule } from './optimizer.js';
import { ParameterStore } from './parameter-store.js';

const random = seededRandom('optimizer');
const noise = (length: number): Float32Array => Float32Array.from({ length }, () => random() * 2 - 1);

/** Five steps of both; the kernel's sizes do not fill a vector of four. */
function expectSame({ rule, update }: Reference): void {
  const parameters = new Map([
    ['matrix', float32([5, 3], noise(15))],
    ['vector', float32([7], noise(7))],
  ]);
  const store = new ParameterStore(parameters, { rule });
  const expected = new Map(
    [...parameters].map(([name, { data }]): [string, ReferenceBuffers] => [
      name,
      {
        weight: (data as Float32Array).slice(),
        gradient: new Float32Array(data.length),
        moments: rule.moments.map(() => new Float32Array(data.length)),
      },
    ]),
  );
  for (let step = 1; step <= 5; step += 1) {
    const at = { step, learningRate: 0.01, gradientScale: 0.7 };
    for (const [name, buffers] of expected) {
      buffers.gradient.set(noise(buffers.gradient.length));
      if (step === 3) buffers.gradient[1] = 0;
      store.view('gradient', name).set(buffers.gradient);
      update(buffers, { ...at, weightDecay: name === 'matrix' ? rule.weightDecay : 0 });
    }
    store.update(at);
  }
  for (const [name, { weight, moments }] of expected) {
    expect(store.view('weight', name)).toEqual(weight);
    expect(rule.moments.map((moment) => store.view(moment, name))).toEqual(moments);
  }
}

describe('an optimizer in WebAssembly equals its reference bit by bit', () => {
  it.each<[string, Reference]>([
    ['AdamW', references.adamw({ weightDecay: 0.1 })],
    ['SGD with momentum', references.sgd({ weightDecay: 0.1 })],
    ['SGD with Nesterov momentum', references.sgd({ nesterov: true, momentum: 0.8 })],
    ['SGD without momentum', references.sgd({ momentum: 0 })],
    ['Lion', references.lion({})],
  ])('%s', (_, reference) => {
    expectSame(reference);
  });

  it('Lion, with no step where mean and gradient are zero', () => {
    const store = new ParameterStore(new Map([['w', float32([2], [1, 1])]]), { rule: updateRule({ kind: 'lion' }) });
    store.view('gradient', 'w').set([0, -5]);
    store.update({ step: 1, learningRate: 0.25, gradientScale: 1 });
    expect([...store.view('weight', 'w')]).toEqual([1, 1.25]);
  });
});

/** Vectors of the ONNX backend tests (Apache-2.0). Their `norm_coefficient` is added to the gradient; at T = 0 nothing is bias-corrected. */
describe('published vectors', () => {
  const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5) as number);

  it.each([
    {
      name: 'test_adam',
      beta1: 0.95,
      beta2: 0.1,
      epsilon: 1e-7,
      weight: [1.2, 2.8],
      gradient: [-0.94, -2.5],
      moments: [
        [1.7, 3.6],
        [0.1, 0.1],
      ],
      expected: {
        weight: [1.0250363, 2.6610327],
        moments: [
          [1.56806, 3.2951398],
          [0.8032108, 5.622407],
        ],
      },
    },
    {
      name: 'test_adam_multiple',
      beta1: 0.95,
      beta2: 0.85,
      epsilon: 0.01,
      weight: [1, 1, 2],
      gradient: [-1, -1, -3],
      moments: [
        [2, 4, 1],
        [0.5, 1, 10],
      ],
      expected: {
        weight: [0.7591363, 0.6286528, 1.9745853],
        moments: [
          [1.85005, 3.75005, 0.80009997],
          [0.5747002, 0.9997002, 9.848201],
        ],
      },
    },
  ])('$name', ({ beta1, beta2, epsilon, weight, gradient, moments, expected }) => {
    const buffers = {
      weight: Float32Array.from(weight),
      gradient: Float32Array.from(gradient, (value, at) => value + 0.001 * weight[at]!),
      moments: moments.map((values) => Float32Array.from(values)),
    };
    adamWWith([beta1, beta2, epsilon, 0.1, 1, 1, 1].map(Math.fround), buffers);
    expect([...buffers.weight]).toEqual(close(expected.weight));
    expect(buffers.moments.map((values) => [...values])).toEqual(expected.moments.map(close));
  });

  it.each([
    {
      name: 'test_momentum',
      options: { nesterov: false, weightDecay: 0.001 },
      weight: [1.2, 2.8],
      gradient: [-0.94, -2.5],
      velocity: [1.7, 3.6],
      expected: { weight: [1.13238, 2.70772], velocity: [0.6762, 0.9228] },
    },
    {
      name: 'test_momentum_multiple',
      options: { nesterov: false, weightDecay: 0.001 },
      weight: [1, 1, 2],
      gradient: [-1, -1, -3],
      velocity: [2, 4, 1],
      expected: { weight: [0.9099, 0.7199, 2.2048], velocity: [0.901, 2.801, -2.048] },
    },
    {
      name: 'test_nesterov_momentum',
      options: { nesterov: true, weightDecay: 0.01 },
      weight: [1.2, 2.8],
      gradient: [-0.94, -2.5],
      velocity: [1.7, 3.6],
      expected: { weight: [1.227535, 2.95714], velocity: [0.687, 0.948] },
    },
  ])('$name', ({ options, weight, gradient, velocity, expected }) => {
    const rule = updateRule({ kind: 'sgd', momentum: 0.95, ...options });
    const shape = [1, weight.length];
    const store = new ParameterStore(new Map([['x', float32(shape, weight)]]), { rule });
    store.view('gradient', 'x').set(gradient);
    store.view('velocity', 'x').set(velocity);
    store.update({ step: 1, learningRate: 0.1, gradientScale: 1 });
    expect([...store.view('weight', 'x')]).toEqual(close(expected.weight));
    expect([...store.view('velocity', 'x')]).toEqual(close(expected.velocity));
  });
});

describe('parameter store', () => {
  const two = new Map([
    ['a', float32([1], [0])],
    ['b', float32([2, 1], [0, 1])],
  ]);

  it('answers the norm of all gradients together, micro-batches added up', () => {
    const store = new ParameterStore(two, { rule: adamW() });
    store.view('gradient', 'b').set([1, 1]);
    store.view('gradient', 'a').set([3]);
    store.addGradient('b', Float32Array.of(-1, 3));
    store.addGradient('a', Float32Array.of(0));
    expect(store.gradientNorm()).toBe(5);
  });

  it('moves averages towards the weights', () => {
    const store = new ParameterStore(two, { rule: adamW(), averages: true });
    store.view('weight', 'b').set([8, 9]);
    store.average(0.75);
    expect([...store.view('average', 'b')]).toEqual([2, 3]);
    expect(store.lasting).toEqual(['weight', 'm', 'v', 'average']);
  });

  it('gives groups of parameters a rate and a decay of their own', () => {
    const store = new ParameterStore(two, {
      rule: updateRule({ kind: 'sgd', momentum: 0, weightDecay: 0.5 }),
      groups: [{ pattern: 'b', learningRateFactor: 0.5, weightDecay: 0 }],
    });
    store.view('gradient', 'a').set([1]);
    store.view('gradient', 'b').set([1, 1]);
    store.update({ step: 1, learningRate: 1, gradientScale: 1 });
    expect([...store.view('weight', 'a'), ...store.view('weight', 'b')]).toEqual([-1, -0.5, 0.5]);
  });

  it('refuses what is not float32, and groups that name nothing', () => {
    const ids = new Map([['ids', { type: 'int64', shape: [1], data: BigInt64Array.of(1n) } as const]]);
    expect(() => new ParameterStore(ids, { rule: adamW() })).toThrow(/"ids": expected float32, found int64/);
    expect(() => new ParameterStore(two, { rule: adamW(), groups: [{ pattern: 'encoder/*' }] })).toThrow(
      /optimizer.groups: expected a pattern that names at least one of 2 weights, found encoder\/\*, .* There are a, b\./,
    );
  });
});
