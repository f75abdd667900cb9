/** Rows of the table of token embeddings; tokens that share a row by chance cost little at this size. */
export const TOKEN_BUCKETS = 4096;
export const TOKENS_PER_TITLE = 16;

/** Hashed words of a title, at most `TOKENS_PER_TITLE`, each with weight 1 / number of words; the rest of the row is empty. */
export function titleTokens(title: string): { readonly tokens: BigInt64Array; readonly weights: Float32Array } {
  const words =
    title
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu)
      ?.slice(0, TOKENS_PER_TITLE) ?? [];
  const tokens = new BigInt64Array(TOKENS_PER_TITLE);
  const weights = new Float32Array(TOKENS_PER_TITLE);
  for (const [index, word] of words.entries()) {
    tokens[index] = BigInt(bucket(word));
    weights[index] = 1 / words.length;
  }
  return { tokens, weights };
}

/** FNV-1a with a final mix, so that similar words spread over the table. */
function bucket(word: string): number {
  let hash = 0x811c9dc5;
  for (const character of word) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) % TOKEN_BUCKETS;
}
