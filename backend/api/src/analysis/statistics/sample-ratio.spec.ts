import { expect, it } from 'vitest';
import { sampleRatioTest } from './sample-ratio.js';

it('matches the published vectors', () => {
  expect(sampleRatioTest([1000, 1200], [0.5, 0.5])!.chiSquare).toBeCloseTo(18.1818, 4);
  expect(sampleRatioTest([1000, 1200], [0.5, 0.5])!.pValue / 2.008e-5).toBeCloseTo(1, 3);
  expect(sampleRatioTest([8240, 8370], [0.5, 0.5])!.pValue).toBeCloseTo(0.3131, 4);
  expect(sampleRatioTest([9500, 600], [0.95, 0.05])!.pValue / 1.443e-5).toBeCloseTo(1, 3);
  expect(sampleRatioTest([900, 100], [0.9, 0.1])!.pValue).toBe(1);
});

it('has nothing to say about one arm or nobody', () => {
  expect(sampleRatioTest([10], [1])).toBeNull();
  expect(sampleRatioTest([0, 0], [0.5, 0.5])).toBeNull();
  expect(sampleRatioTest([10, 0], [1, 0])).toBeNull();
});
