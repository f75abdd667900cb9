import type { DatasetItem, TextEncoding } from '@graft/protocol';
import { Random, textTokens } from '@graft/runner';
import { describe, expect, it } from 'vitest';
import { thinned } from './dual-batches.js';
import { HardGroups } from './hard-groups.js';

describe('hard groups', () => {
  const items = ['red', 'red', 'blue', 'blue', 'blue', undefined].map(
    (colour) => ({ attributes: colour === undefined ? {} : { colour } }) as unknown as DatasetItem,
  );
  const groups = new HardGroups(items, { attributes: ['colour'], share: 0.5, groupSize: 3 });

  it('fill half of a batch with companions of their leaders', () => {
    expect(groups.leadersOf(12)).toBe(8);
    const leaders = Uint32Array.of(0, 2, 5, 1, 3, 4, 5, 0);
    const filled = groups.fill(leaders, 12, new Random(1));
    expect(filled.subarray(0, 8)).toEqual(leaders);
    for (const companion of filled.subarray(8, 10)) expect([0, 1]).toContain(companion);
    for (const companion of filled.subarray(10, 12)) expect([2, 3, 4]).toContain(companion);
  });

  it('give a leader without the attribute any company', () => {
    const filled = groups.fill(Uint32Array.of(5, 5, 5, 5), 6, new Random(1));
    expect([...filled]).toEqual([5, 5, 5, 5, 5, 5]);
  });
});

describe('thinned', () => {
  const encoding: TextEncoding = { kind: 'hashed-words', buckets: 64, length: 8, ngrams: 1, characters: 0 };
  const whole = textTokens('one two three four', encoding);

  it('leaves tokens out and keeps the weight of the whole', () => {
    const random = new Random(3);
    const counts = Array.from({ length: 200 }, () => {
      const { ids, weights } = thinned(whole, 0.5, random);
      expect(ids).toEqual(whole.ids);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      expect([...weights.subarray(4)]).toEqual([0, 0, 0, 0]);
      return weights.filter((weight) => weight > 0).length;
    });
    expect(Math.min(...counts)).toBe(1);
    expect(counts.reduce((sum, count) => sum + count, 0) / 200).toBeCloseTo(2.2, 0);
  });

  it('takes an empty text', () => {
    expect([...thinned(textTokens('', encoding), 0.5, new Random(1)).weights]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
