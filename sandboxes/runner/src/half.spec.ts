import { expect, it } from 'vitest';
import { halfTable, toHalves } from './half.js';

it('gives every half back from its value', () => {
  const table = halfTable();
  const back = toHalves(table);
  const wrong = [...back.keys()].filter((half) => !Number.isNaN(table[half]) && back[half] !== half);
  expect(wrong).toEqual([]);
});

it.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [0.1, 0x2e66],
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [1e10, 0x7c00],
  [-Infinity, 0xfc00],
  [2 ** -24, 1],
  [2 ** -25, 0],
  [2 ** -25 * 1.01, 1],
  [-0, 0x8000],
  // Half-way between two halves: the even one.
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [3 * 2 ** -25, 2],
])('rounds %d to the nearest half', (number, half) => {
  expect(toHalves(Float32Array.of(number))[0]).toBe(half);
});

it('keeps what is not a number', () => {
  const [half] = toHalves(Float32Array.of(NaN));
  expect(halfTable()[half as number]).toBeNaN();
});
