/** Uniform numbers in [0, 1) from a seed of any text: the same text, the same numbers, on every machine (sfc32 by C. Doty-Humphrey). */
export function seededRandom(seed: string | number): () => number {
  let [a, b, c, counter] = mix(String(seed));
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** Four 32-bit words from a text (FNV-1a with four offsets). */
function mix(text: string): [number, number, number, number] {
  const word = (offset: number): number => {
    let hash = offset;
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    return hash;
  };
  return [word(0x811c9dc5), word(0x9e3779b9), word(0x85ebca6b), word(0xc2b2ae35)];
}

/** Fills a parameter of a shape with its first values. */
export type Initial = (shape: readonly number[], random: () => number) => Float32Array;

const filled = (shape: readonly number[], value: () => number): Float32Array =>
  Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, value);

export const constantInitial =
  (value: number): Initial =>
  (shape) =>
    filled(shape, () => value);

export const zeros: Initial = constantInitial(0);
export const ones: Initial = constantInitial(1);

/** Normal around 0, cut at two standard deviations (as for vision transformers: Dosovitskiy et al., 2021). */
export const truncatedNormal =
  (deviation: number): Initial =>
  (shape, random) =>
    filled(shape, () => {
      for (;;) {
        const value = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
        if (Math.abs(value) <= 2) return deviation * value;
      }
    });

/** Uniform in ±sqrt(6 / (fanIn + fanOut)) for a matrix [in, out] (Glorot and Bengio, 2010). */
export const xavier: Initial = (shape, random) => {
  const bound = Math.sqrt(6 / shape.reduce((sum, dim) => sum + dim, 0));
  return filled(shape, () => (2 * random() - 1) * bound);
};
