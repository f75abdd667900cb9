import type { TextEncoding } from '@graft/protocol';
import { type EncodableText, textTokens, type TextTokens } from '@graft/runner';

/** The two inputs of a text encoder for several texts, row-major [texts, length]. */
export interface TextFeeds {
  readonly ids: BigInt64Array;
  readonly weights: Float32Array;
}

export function textFeeds(rows: readonly TextTokens[], { length }: TextEncoding): TextFeeds {
  const ids = new BigInt64Array(rows.length * length);
  const weights = new Float32Array(rows.length * length);
  for (const [index, row] of rows.entries()) {
    ids.set(row.ids, index * length);
    weights.set(row.weights, index * length);
  }
  return { ids, weights };
}

export const feedsOfTexts = (texts: readonly EncodableText[], encoding: TextEncoding): TextFeeds =>
  textFeeds(
    texts.map((text) => textTokens(text, encoding)),
    encoding,
  );
