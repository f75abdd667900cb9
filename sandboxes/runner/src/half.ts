/**
 * IEEE 754 binary16 by its bits. Node's own Float16Array is switched off in sandboxes: onnxruntime-node takes f16 as Uint16Array
 * only where it is absent. Decoding by table is as fast as it, and both are as fast as copying f32.
 */

const INFINITY = 0x7c00;
const NOT_A_NUMBER = 0x7e00;
/** f32 bits of 65536, 2^-14 (the smallest normal half) and 0.5. */
const TOO_LARGE = 0x47800000;
const SMALLEST_NORMAL = 0x38800000;
const ONE_HALF = 0x3f000000;
/** The exponent biases differ by 112. */
const REBIAS = 112 << 23;

const value = new Float32Array(1);
const bits = new Uint32Array(value.buffer);

/** Halves as bits, each the nearest to its value; of two as near, the even one. */
export function toHalves(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let at = 0; at < values.length; at += 1) halves[at] = toHalf(values[at] as number);
  return halves;
}

function toHalf(number: number): number {
  value[0] = number;
  const all = bits[0] as number;
  const sign = (all >>> 16) & 0x8000;
  const magnitude = all & 0x7fffffff;
  if (magnitude >= TOO_LARGE) return sign | (magnitude > 0x7f800000 ? NOT_A_NUMBER : INFINITY);
  if (magnitude < SMALLEST_NORMAL) {
    // The steps of f32 between 0.5 and 1 are those of the halves below 2^-14, so this addition rounds to one of them.
    value[0] = Math.abs(number) + 0.5;
    return sign | ((bits[0] as number) - ONE_HALF);
  }
  const isOdd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - REBIAS + 0xfff + isOdd) >>> 13);
}

let table: Float32Array | undefined;

/** The value of every half, by its bits. */
export function halfTable(): Float32Array {
  table ??= Float32Array.from({ length: 1 << 16 }, (_, half) => fromHalf(half));
  return table;
}

function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
