/** 16 x 16 brightness differences: 256 bits as eight words. */
const SIDE = 16;
export const HASH_WORDS = (SIDE * SIDE) / 32;
/** Pictures whose hashes differ in more bits are different pictures. Below the number of words, so that two near ones share a word. */
export const NEAR_BITS = 6;

/**
 * Difference hash of a planar uint8 picture [3, height, width]: bit (row, column) says whether brightness rises from one cell of a
 * 16 x 17 grid to the next. Equal for copies at another size or quality; a shift, a mirror or another background changes it.
 */
export function pictureHash(picture: Uint8Array, { width, height }: { width: number; height: number }): Uint32Array {
  const hash = new Uint32Array(HASH_WORDS);
  const cells = new Float64Array(SIDE + 1);
  for (let row = 0; row < SIDE; row += 1) {
    for (let column = 0; column <= SIDE; column += 1)
      cells[column] = brightness(picture, { width, height, row, column });
    for (let column = 0; column < SIDE; column += 1) {
      const bit = row * SIDE + column;
      if (cells[column + 1]! > cells[column]!) hash[bit >> 5]! |= 1 << (bit & 31);
    }
  }
  return hash;
}

/** Mean over one cell, all three channels. A cell is at least one pixel, however small the picture. */
function brightness(
  picture: Uint8Array,
  { width, height, row, column }: { width: number; height: number; row: number; column: number },
): number {
  const top = Math.floor((row * height) / SIDE);
  const left = Math.floor((column * width) / (SIDE + 1));
  const bottom = Math.max(top + 1, Math.floor(((row + 1) * height) / SIDE));
  const right = Math.max(left + 1, Math.floor(((column + 1) * width) / (SIDE + 1)));
  let sum = 0;
  for (let channel = 0; channel < 3; channel += 1)
    for (let y = top; y < bottom; y += 1)
      for (let x = left; x < right; x += 1) sum += picture[(channel * height + y) * width + x]!;
  return sum / ((bottom - top) * (right - left));
}

/** Number of bits in which two hashes differ. */
export function differingBits(a: Uint32Array, b: Uint32Array): number {
  let count = 0;
  for (let word = 0; word < HASH_WORDS; word += 1) {
    let bits = a[word]! ^ b[word]!;
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
