import { type ImagePreprocessing, TrainingParameters } from '@graft/protocol';
import { Random } from '@graft/runner';
import { expect, it } from 'vitest';
import { Augmenter } from './augmenter.js';
import { schedule } from './schedule.js';

const preprocessing: ImagePreprocessing = { width: 24, height: 12, fit: 'fill', mean: [0, 0, 0], std: [1, 1, 1] };
const SIZE = 3 * 24 * 12;

it('keeps an even picture even and its channels apart, only brighter or darker', () => {
  const picture = new Uint8Array(SIZE).fill(100, 0, SIZE / 3).fill(200, SIZE / 3, (2 * SIZE) / 3);
  const pixels = new Float32Array(SIZE);
  new Augmenter(preprocessing).write(picture, { pixels, offset: 0 }, new Random(2));
  const [red, green, blue] = [0, 1, 2].map(
    (channel) => new Set(pixels.subarray((channel * SIZE) / 3, ((channel + 1) * SIZE) / 3)),
  );
  expect([red?.size, green?.size]).toEqual([1, 1]);
  expect([...green!][0]! / [...red!][0]!).toBeCloseTo(2);
  expect([...blue!]).toEqual([0]);
});

it('repeats itself for the same random numbers and moves the picture for others', () => {
  const picture = Uint8Array.from({ length: SIZE }, (_, at) => at % 251);
  const write = (seed: number): Float32Array => {
    const pixels = new Float32Array(SIZE);
    new Augmenter(preprocessing).write(picture, { pixels, offset: 0 }, new Random(seed));
    return pixels;
  };
  expect(write(1)).toEqual(write(1));
  expect(write(1)).not.toEqual(write(2));
});

it.each([
  [{ epochs: 4, batchSize: 128 }, 2400, { batchSize: 128, totalSteps: 75, stepsPerEpoch: 19 }],
  [{ epochs: 1, batchSize: 128 }, 33, { batchSize: 32, totalSteps: 1, stepsPerEpoch: 1 }],
  [{ epochs: 0.5, batchSize: 10 }, 100, { batchSize: 10, totalSteps: 5, stepsPerEpoch: 10 }],
])('plans %o over %i items', (training, items, expected) => {
  expect(schedule(TrainingParameters.parse(training), items)).toMatchObject(expected);
});
