import { describe, expect, it } from 'vitest';
import { seededRandom } from '../tensors/random.js';
import { float32 } from '../tensors/tensor.js';
import { adamWDefaults, adamWReference, adamWStep } from './adamw.js';
import { ParameterStore } from './parameter-store.js';
import { warmupCosine } from './schedule.js';

const random = seededRandom('optimizer');
const noise = (length: number): Float32Array => Float32Array.from({ length }, () => random() * 2 - 1);

describe('AdamW', () => {
  it('in WebAssembly equals the reference bit by bit, for sizes that do not fill a vector', () => {
    const parameters = new Map([
      ['matrix', float32([5, 3], noise(15))],
      ['vector', float32([7], noise(7))],
    ]);
    const store = new ParameterStore(parameters);
    const options = { ...adamWDefaults, weightDecay: 0.1 };
    const reference = new Map(
      [...parameters].map(([name, { data }]) => {
        const size = data.length;
        return [
          name,
          {
            weight: (data as Float32Array).slice(),
            gradient: new Float32Array(size),
            firstMoment: new Float32Array(size),
            secondMoment: new Float32Array(size),
          },
        ];
      }),
    );
    for (let step = 1; step <= 5; step += 1) {
      const at = { step, learningRate: 0.01, gradientScale: 0.7 };
      for (const [name, buffers] of reference) {
        buffers.gradient.set(noise(buffers.gradient.length));
        store.buffers(name).gradient.set(buffers.gradient);
        adamWReference(buffers, adamWStep(options, { ...at, decays: name === 'matrix' }));
      }
      store.update(options, at);
    }
    for (const [name, buffers] of reference) expect(store.buffers(name)).toEqual(buffers);
  });

  it('moves a first step by the learning rate against the sign of the gradient', () => {
    const buffers = {
      weight: Float32Array.of(1, 1),
      gradient: Float32Array.of(0.3, -4),
      firstMoment: new Float32Array(2),
      secondMoment: new Float32Array(2),
    };
    adamWReference(buffers, adamWStep(adamWDefaults, { step: 1, learningRate: 0.1, gradientScale: 1, decays: false }));
    expect(buffers.weight[0]).toBeCloseTo(0.9, 5);
    expect(buffers.weight[1]).toBeCloseTo(1.1, 5);
  });
});

describe('parameter store', () => {
  it('answers the norm of all gradients together', () => {
    const store = new ParameterStore(
      new Map([
        ['a', float32([1], [0])],
        ['b', float32([2], [0, 0])],
      ]),
    );
    store.buffers('a').gradient.set([3]);
    store.buffers('b').gradient.set([0, 4]);
    expect(store.gradientNorm()).toBe(5);
  });

  it('refuses what is not float32, by name', () => {
    expect(
      () => new ParameterStore(new Map([['ids', { type: 'int64', shape: [1], data: BigInt64Array.of(1n) }]])),
    ).toThrow(/"ids": expected float32, found int64/);
  });
});

describe('warm-up and cosine', () => {
  it('rises, peaks and ends at the floor', () => {
    const rate = warmupCosine({ peak: 1, warmupSteps: 4, totalSteps: 12, floor: 0.1 });
    expect([0, 1, 3, 4, 8, 12, 50].map((step) => Number(rate(step).toFixed(6)))).toEqual([
      0.25, 0.5, 1, 1, 0.55, 0.1, 0.1,
    ]);
  });
});
