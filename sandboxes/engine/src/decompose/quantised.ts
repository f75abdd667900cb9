import { float32 } from '../tensors/tensor.js';
import type { Decomposition, Rewriting } from './rewriting.js';

interface Packing {
  /** Columns of the product: rows of the packed weights. */
  readonly rows: number;
  /** Inner size. */
  readonly columns: number;
  readonly bits: number;
  readonly block: number;
}

/** Number `index` of a little-endian row of `bits`-wide numbers (2, 4 or 8). */
function unpacked(bytes: ArrayLike<number>, start: number, { index, bits }: { index: number; bits: number }): number {
  const perByte = 8 / bits;
  const byte = bytes[start + Math.floor(index / perByte)]!;
  return (byte >> ((index % perByte) * bits)) & ((1 << bits) - 1);
}

/** The weights as float32 [columns, rows], ready for x [.., columns] * weights: (quantised - zero point) * scale by blocks of a row. */
function dequantised(of: Rewriting, packing: Packing): Float32Array {
  const { rows, columns, bits, block } = packing;
  const blocks = Math.ceil(columns / block);
  const [packed, scales] = [stored(of, 1), stored(of, 2)];
  const zeros = of.input(3) === undefined ? undefined : stored(of, 3);
  const rowBytes = packed.length / rows;
  const zeroAt = (row: number, at: number): number => {
    if (zeros === undefined) return 2 ** (bits - 1);
    if (zeros instanceof Float32Array) return zeros[row * blocks + at]!;
    return unpacked(zeros, row * (zeros.length / rows), { index: at, bits });
  };
  const weights = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const at = Math.floor(column / block);
      const quantised = unpacked(packed, row * rowBytes, { index: column, bits });
      weights[column * rows + row] = (quantised - zeroAt(row, at)) * scales[row * blocks + at]!;
    }
  }
  return weights;
}

/** The numbers of an input that must be stored: training changes nothing that is quantised. */
function stored(of: Rewriting, index: number): Uint8Array | Float32Array {
  const name = of.required(index);
  const data = of.constant(name)?.data;
  if (data instanceof Uint8Array || data instanceof Float32Array) return data;
  return of.refuse(
    `input ${index}`,
    'stored uint8 or float32 numbers',
    data ? data.constructor.name : 'a computed value',
  );
}

/**
 * x * weightsᵀ with weights [N, K] in 2, 4 or 8 bits. Gradients go to x: the base of a LoRA stays quantised. It computes in float32;
 * a served node of accuracy_level 4 rounds x to 8 bits as well and answers that much differently.
 */
const matMulNBits: Decomposition = (of) => {
  of.ignoreAttribute('accuracy_level');
  const packing = { rows: of.int('N'), columns: of.int('K'), bits: of.int('bits', 4), block: of.int('block_size') };
  if (![2, 4, 8].includes(packing.bits)) of.refuse('attribute "bits"', '2, 4 or 8', String(packing.bits));
  const groups = of.input(4);
  if (groups !== undefined) of.refuse('input 4', 'blocks in order (no g_idx)', `"${groups}"`);
  const weights = of.tensor(float32([packing.columns, packing.rows], dequantised(of, packing)));
  const product = of.matMul(of.required(0), weights);
  const bias = of.input(5);
  return [bias === undefined ? product : of.add(product, bias)];
};

export const contribQuantised: Readonly<Record<string, Decomposition>> = { MatMulNBits: matMulNBits };
