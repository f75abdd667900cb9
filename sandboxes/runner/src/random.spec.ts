import { expect, it } from 'vitest';
import { permutation, Random } from './random.js';

it('repeats itself for a seed and differs between derived streams', () => {
  const draw = (random: Random): number[] => Array.from({ length: 5 }, () => random.next());
  expect(draw(Random.derive(1, 2))).toEqual(draw(Random.derive(1, 2)));
  expect(draw(Random.derive(1, 2))).not.toEqual(draw(Random.derive(1, 3)));
  expect(draw(Random.derive(1, 2, 3))).not.toEqual(draw(Random.derive(1, 3, 2)));
});

it('is uniform enough: mean and variance of 100,000 draws', () => {
  const random = new Random(5);
  const values = Array.from({ length: 100_000 }, () => random.next());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(mean).toBeCloseTo(0.5, 2);
  expect(variance).toBeCloseTo(1 / 12, 2);
});

it('permutes without loss', () => {
  expect([...permutation(100, new Random(3))].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 100 }, (_, index) => index),
  );
});
