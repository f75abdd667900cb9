import { expect, it } from 'vitest';
import { absoluteEffect, sampleOfProportion } from './effect.js';
import { fixedTest, sequentialTest } from './hypothesis-tests.js';

const EXPERIMENTS = 1000;
const LOOKS = 20;
const UNITS_PER_LOOK = 100;
const RATE = 0.3;

/** mulberry32: small, seeded, good enough to draw conversions. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs experiments in which both arms are the same, and counts how often each test claims a difference. */
function simulateEqualArms() {
  const random = randomFrom(7);
  const conversions = () => Array.from({ length: UNITS_PER_LOOK }, random).filter((value) => value < RATE).length;
  const found = { fixedAtTheEnd: 0, fixedPeeked: 0, sequentialPeeked: 0 };
  for (let experiment = 0; experiment < EXPERIMENTS; experiment++) {
    let [a, b] = [0, 0];
    let [fixedPeeked, sequentialPeeked, last] = [false, false, false];
    for (let look = 1; look <= LOOKS; look++) {
      a += conversions();
      b += conversions();
      const n = look * UNITS_PER_LOOK;
      const effect = absoluteEffect(sampleOfProportion(n, a), sampleOfProportion(n, b))!;
      last = fixedTest(effect, 0.05).pValue < 0.05;
      fixedPeeked ||= last;
      sequentialPeeked ||= sequentialTest(effect, 0.05, 5000).pValue < 0.05;
    }
    found.fixedAtTheEnd += Number(last);
    found.fixedPeeked += Number(fixedPeeked);
    found.sequentialPeeked += Number(sequentialPeeked);
  }
  return found;
}

it('peeking breaks the fixed test and not the sequential one', () => {
  const { fixedAtTheEnd, fixedPeeked, sequentialPeeked } = simulateEqualArms();
  // 99.9 % binomial interval of 5 % over 1,000 experiments: 28 to 73.
  expect(fixedAtTheEnd).toBeGreaterThanOrEqual(28);
  expect(fixedAtTheEnd).toBeLessThanOrEqual(73);
  expect(fixedPeeked).toBeGreaterThan(100);
  expect(sequentialPeeked).toBeLessThanOrEqual(50);
});
