import { expect, it } from 'vitest';
import { learningRate, type Schedule } from './schedule.js';

const at = { peak: 1, warmupSteps: 4, totalSteps: 12 };
const steps = [0, 1, 3, 4, 8, 12, 50];

it.each<[Schedule['kind'], number[]]>([
  ['cosine', [0.25, 0.5, 1, 1, 0.55, 0.1, 0.1]],
  ['linear', [0.25, 0.5, 1, 1, 0.55, 0.1, 0.1]],
  ['constant', [0.25, 0.5, 1, 1, 1, 1, 1]],
  ['inverse-sqrt', [0.25, 0.5, 1, Math.sqrt(4 / 5), Math.sqrt(4 / 9), Math.sqrt(4 / 13), Math.sqrt(4 / 51)]],
])('%s rises, peaks and falls as it says', (kind, expected) => {
  const rate = learningRate({ kind, ...at, floor: 0.1 });
  expect(steps.map(rate)).toEqual(expected.map((value) => expect.closeTo(value, 6) as number));
});

it('a quarter of the way a cosine is still high and a line is not', () => {
  expect(learningRate({ kind: 'cosine', ...at })(6)).toBeCloseTo((1 + Math.SQRT1_2) / 2, 6);
  expect(learningRate({ kind: 'linear', ...at })(6)).toBeCloseTo(0.75, 6);
});

it('without warm-up it begins at the peak', () => {
  for (const kind of ['cosine', 'linear', 'constant', 'inverse-sqrt'] as const)
    expect(learningRate({ kind, peak: 2, warmupSteps: 0, totalSteps: 10 })(0)).toBe(2);
});
