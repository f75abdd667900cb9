import { type Outcomes, UNLABELLED } from './bootstrap.js';

export interface McNemar {
  /** Items that only the first, only the second candidate labelled right. */
  readonly onlyA: number;
  readonly onlyB: number;
  readonly pValue: number;
}

/** McNemar's exact test: under the null, each discordant item is a fair coin. Two-sided binomial p. */
export function mcnemar(a: Outcomes, b: Outcomes): McNemar {
  let onlyA = 0;
  let onlyB = 0;
  for (let item = 0; item < a.length; item += 1) {
    if (a[item] === UNLABELLED || a[item] === b[item]) continue;
    if (a[item] === 1) onlyA += 1;
    else onlyB += 1;
  }
  return { onlyA, onlyB, pValue: signTest(onlyA, onlyB) };
}

/** Twice the probability of at most min(a, b) heads in a + b tosses, at most 1. */
export function signTest(a: number, b: number): number {
  const tosses = a + b;
  // In logarithms: with thousands of tosses 2^-tosses is below the smallest number.
  let logTerm = -tosses * Math.LN2;
  let tail = 0;
  for (let heads = 0; heads <= Math.min(a, b); heads += 1) {
    if (heads > 0) logTerm += Math.log((tosses - heads + 1) / heads);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}
