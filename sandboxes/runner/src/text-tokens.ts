import type { TextEncoding } from '@graft/protocol';

/** What a text encoder reads: words as they stand, or what is known of an item. */
export type EncodableText = string | { readonly title: string; readonly attributes: Readonly<Record<string, string>> };

/** One row of a text encoder's inputs. */
export interface TextTokens {
  /** `token_ids` int64 [length] */
  readonly ids: BigInt64Array;
  /** `token_weights` f32 [length]: 1 / number of tokens, 0 where the row is empty. */
  readonly weights: Float32Array;
}

/** Hashes a text to the rows of a table of token embeddings; tokens beyond `length` are left out. */
export function textTokens(text: EncodableText, encoding: TextEncoding): TextTokens {
  const { buckets, length } = encoding;
  const kept = tokensOf(text, encoding).slice(0, length);
  const ids = new BigInt64Array(length);
  const weights = new Float32Array(length);
  for (const [index, token] of kept.entries()) {
    ids[index] = BigInt(bucket(token) % buckets);
    weights[index] = 1 / kept.length;
  }
  return { ids, weights };
}

/**
 * All tokens of a text in the order they are read: its words, then pairs (triples) of words that follow each other, then pieces of
 * words. An attribute is one token of its own, `name=value`, and its value's words are read like any others: a plain "navy blue"
 * meets them.
 */
export function tokensOf(text: EncodableText, { ngrams, characters }: TextEncoding): string[] {
  const parts = typeof text === 'string' ? [text] : [text.title, ...Object.values(text.attributes)];
  const phrases = parts.map(wordsOf);
  const attributes =
    typeof text === 'string' ? [] : Object.entries(text.attributes).map(([name, value]) => `${name}=${value}`);
  const tokens = [...phrases.flat(), ...attributes];
  for (let size = 2; size <= ngrams; size += 1)
    for (const words of phrases) tokens.push(...windows(words, size).map((window) => window.join(' ')));
  if (characters > 0)
    for (const word of new Set(phrases.flat())) tokens.push(...windows([`<`, ...word, `>`], characters).map(piece));
  return tokens;
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** The sharp keeps "cap" inside "caps" apart from the word "cap". */
const piece = (letters: readonly string[]): string => `#${letters.join('')}`;

function windows(values: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.max(0, values.length - size + 1) }, (_, start) => values.slice(start, start + size));
}

/** FNV-1a with a final mix, so that similar tokens spread over the table. */
function bucket(token: string): number {
  let hash = 0x811c9dc5;
  for (const character of token) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
