import type { TextEncoding } from '@graft/protocol';
import { describe, expect, it } from 'vitest';
import { textTokens } from './text-tokens.js';

const words: TextEncoding = { kind: 'hashed-words', buckets: 4096, length: 16, ngrams: 1, characters: 0 };
const used = (tokens: ReturnType<typeof textTokens>): bigint[] => [
  ...tokens.ids.subarray(0, tokens.weights.findLastIndex((weight) => weight > 0) + 1),
];

describe('textTokens', () => {
  it('does not depend on case, punctuation or repetition of spaces', () => {
    expect(textTokens('Oak  chair, RED', words)).toEqual(textTokens('oak chair red', words));
  });

  it('spreads its weight over the words and leaves the rest empty', () => {
    const { ids, weights } = textTokens('blaue Stühle', words);
    expect([...weights.subarray(0, 3)]).toEqual([0.5, 0.5, 0]);
    expect(ids[0]).not.toBe(ids[1]);
    expect(ids[2]).toBe(0n);
    expect(Number(ids[1])).toBeLessThan(words.buckets);
  });

  it('takes an empty text and a very long one', () => {
    expect([...textTokens('', words).weights]).toEqual(new Array(16).fill(0));
    expect(textTokens('word '.repeat(100), words).weights.every((weight) => weight === 1 / 16)).toBe(true);
  });

  it('reads an attribute as one token and as its words, which a plain text meets', () => {
    const item = used(textTokens({ title: 'Shirt', attributes: { baseColour: 'Navy Blue' } }, words));
    expect(item).toHaveLength(4);
    expect(item).toEqual(expect.arrayContaining(used(textTokens('navy blue', words))));
    expect(item).not.toEqual(expect.arrayContaining(used(textTokens('baseColour', words))));
  });

  it('adds pairs of words, never across the title and an attribute, and pieces of words', () => {
    const pairs = { ...words, ngrams: 2 };
    expect(used(textTokens('red wool coat', pairs))).toHaveLength(5);
    expect(used(textTokens({ title: 'red', attributes: { kind: 'coat' } }, pairs))).toHaveLength(3);
    const pieces = { ...words, length: 32, characters: 3 };
    const shared = new Set(used(textTokens('tshirts', pieces)));
    expect(used(textTokens('shirts', pieces)).filter((id) => shared.has(id)).length).toBeGreaterThan(3);
  });
});
