import { expect, it } from 'vitest';
import { combine } from './combination.js';

const vector = (...values: number[]) => Float32Array.from(values);
const even = { seen: 1, said: 1 };
const neutral = vector(0, 0, 1);

it('leaves a picture or a text alone as it is', () => {
  expect(combine({ seen: vector(1, 0, 0) }, even, neutral)).toEqual(vector(1, 0, 0));
  expect(combine({ said: vector(0, 0.6, 0.8) }, even, neutral)).toEqual(vector(0, 0.6, 0.8));
});

it('moves the picture to what the text says beyond any text, to a vector of length 1', () => {
  const combined = combine({ seen: vector(1, 0, 0), said: vector(0, 1, 1) }, even, neutral);
  expect([...combined]).toEqual([Math.SQRT1_2, Math.SQRT1_2, 0].map((value) => expect.closeTo(value, 6) as number));
});

it('weighs the two, to either end', () => {
  const evidence = { seen: vector(1, 0, 0), said: vector(0, 1, 1) };
  expect(combine(evidence, { seen: 1, said: 0 }, neutral)).toEqual(vector(1, 0, 0));
  expect(combine(evidence, { seen: 0, said: 1 }, neutral)).toEqual(vector(0, 1, 0));
});
