import { TensorProto_DataType as Type, type TensorProto } from '../proto/onnx.gen.js';

/** What a published tensor holds, whatever it is stored as: reals, whole numbers or words. Complex numbers are pairs. */
export type Numbers = readonly number[] | readonly bigint[] | readonly string[];

/** Layout of the binary floats below 32 bits: exponent bits, mantissa bits, bias, and what the highest exponent means. */
interface SmallFloat {
  readonly bits: number;
  readonly exponent: number;
  readonly mantissa: number;
  readonly bias: number;
  readonly special: 'ieee' | 'nan-only' | 'zero-is-nan' | 'none';
}

/** onnx.proto, `DataType`; 8-bit formats as the FNUZ and OCP papers that it names. */
const smallFloats: Readonly<Partial<Record<Type, SmallFloat>>> = {
  [Type.FLOAT16]: { bits: 16, exponent: 5, mantissa: 10, bias: 15, special: 'ieee' },
  [Type.BFLOAT16]: { bits: 16, exponent: 8, mantissa: 7, bias: 127, special: 'ieee' },
  [Type.FLOAT8E4M3FN]: { bits: 8, exponent: 4, mantissa: 3, bias: 7, special: 'nan-only' },
  [Type.FLOAT8E4M3FNUZ]: { bits: 8, exponent: 4, mantissa: 3, bias: 8, special: 'zero-is-nan' },
  [Type.FLOAT8E5M2]: { bits: 8, exponent: 5, mantissa: 2, bias: 15, special: 'ieee' },
  [Type.FLOAT8E5M2FNUZ]: { bits: 8, exponent: 5, mantissa: 2, bias: 16, special: 'zero-is-nan' },
  [Type.FLOAT4E2M1]: { bits: 4, exponent: 2, mantissa: 1, bias: 1, special: 'none' },
};

const packedIntegers: Readonly<Partial<Record<Type, { bits: number; signed: boolean }>>> = {
  [Type.INT4]: { bits: 4, signed: true },
  [Type.UINT4]: { bits: 4, signed: false },
  [Type.INT2]: { bits: 2, signed: true },
  [Type.UINT2]: { bits: 2, signed: false },
};

export const sizeOf = ({ dims }: TensorProto): number => dims.reduce((product, dim) => product * Number(dim), 1);

/** Decodes a tensor of any ONNX type; throws where the type is not known. */
export function numbersOf(tensor: TensorProto): Numbers {
  const count = sizeOf(tensor);
  if (tensor.dataType === Type.STRING) return tensor.stringData.map((word) => Buffer.from(word).toString('utf8'));
  const float = smallFloats[tensor.dataType as Type];
  if (float) return unpacked(tensor, float.bits, count).map((code) => smallFloat(code, float));
  if (tensor.dataType === Type.FLOAT8E8M0)
    return unpacked(tensor, 8, count).map((code) => (code === 255 ? Number.NaN : 2 ** (code - 127)));
  const packed = packedIntegers[tensor.dataType as Type];
  if (packed)
    return unpacked(tensor, packed.bits, count).map((code) =>
      packed.signed && code >= 2 ** (packed.bits - 1) ? code - 2 ** packed.bits : code,
    );
  return wide(tensor, count);
}

function smallFloat(code: number, { bits, exponent, mantissa, bias, special }: SmallFloat): number {
  const sign = code >> (bits - 1) ? -1 : 1;
  const power = (code >> mantissa) & (2 ** exponent - 1);
  const fraction = code & (2 ** mantissa - 1);
  const highest = 2 ** exponent - 1;
  if (special === 'zero-is-nan' && sign < 0 && power === 0 && fraction === 0) return Number.NaN;
  if (special === 'ieee' && power === highest) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (special === 'nan-only' && power === highest && fraction === 2 ** mantissa - 1) return Number.NaN;
  const scaled = power === 0 ? fraction / 2 ** mantissa : 1 + fraction / 2 ** mantissa;
  return sign * scaled * 2 ** (Math.max(power, 1) - bias);
}

/** Codes of up to 16 bits, low bits first, from whichever field holds them. */
function unpacked(tensor: TensorProto, bits: number, count: number): number[] {
  const bytes =
    tensor.rawData.length > 0
      ? tensor.rawData
      : bits === 16
        ? new Uint8Array(Uint16Array.from(tensor.int32Data).buffer)
        : Uint8Array.from(tensor.int32Data);
  return Array.from({ length: count }, (_, index) => {
    if (bits === 16) return bytes[2 * index]! | (bytes[2 * index + 1]! << 8);
    const bit = index * bits;
    return (bytes[bit >> 3]! >> (bit & 7)) & (2 ** bits - 1);
  });
}

function wide(tensor: TensorProto, count: number): Numbers {
  const raw = tensor.rawData.length > 0 ? new Uint8Array(tensor.rawData).buffer : undefined;
  switch (tensor.dataType as Type) {
    case Type.FLOAT:
      return raw ? [...new Float32Array(raw)] : tensor.floatData;
    case Type.COMPLEX64:
      return raw ? [...new Float32Array(raw)] : tensor.floatData;
    case Type.DOUBLE:
    case Type.COMPLEX128:
      return raw ? [...new Float64Array(raw)] : tensor.doubleData;
    case Type.INT64:
      return raw ? [...new BigInt64Array(raw)] : tensor.int64Data;
    case Type.UINT64:
      return raw ? [...new BigUint64Array(raw)] : tensor.uint64Data;
    case Type.UINT32:
      return raw ? [...new Uint32Array(raw)] : tensor.uint64Data.map(Number);
    case Type.INT32:
      return raw ? [...new Int32Array(raw)] : tensor.int32Data;
    case Type.INT16:
      return raw ? [...new Int16Array(raw)] : tensor.int32Data;
    case Type.UINT16:
      return raw ? [...new Uint16Array(raw)] : tensor.int32Data;
    case Type.INT8:
      return raw ? [...new Int8Array(raw)] : tensor.int32Data;
    case Type.UINT8:
    case Type.BOOL:
      return raw ? [...new Uint8Array(raw)] : tensor.int32Data;
    default:
      if (count === 0) return [];
      throw new Error(`Tensor "${tensor.name}": expected a known type, found ${tensor.dataType}.`);
  }
}
