import { TensorProto_DataType as Type } from '../proto/onnx.gen.js';

/** Bits of one element of every ONNX type that has a fixed size, those included that the engine keeps but does not read. */
const bits: Readonly<Partial<Record<Type, number>>> = {
  [Type.FLOAT]: 32,
  [Type.DOUBLE]: 64,
  [Type.FLOAT16]: 16,
  [Type.BFLOAT16]: 16,
  [Type.FLOAT8E4M3FN]: 8,
  [Type.FLOAT8E4M3FNUZ]: 8,
  [Type.FLOAT8E5M2]: 8,
  [Type.FLOAT8E5M2FNUZ]: 8,
  [Type.FLOAT8E8M0]: 8,
  [Type.FLOAT4E2M1]: 4,
  [Type.INT64]: 64,
  [Type.INT32]: 32,
  [Type.INT16]: 16,
  [Type.INT8]: 8,
  [Type.INT4]: 4,
  [Type.INT2]: 2,
  [Type.UINT64]: 64,
  [Type.UINT32]: 32,
  [Type.UINT16]: 16,
  [Type.UINT8]: 8,
  [Type.UINT4]: 4,
  [Type.UINT2]: 2,
  [Type.BOOL]: 8,
  [Type.COMPLEX64]: 64,
  [Type.COMPLEX128]: 128,
};

export const bitsOf = (type: number): number | undefined => bits[type as Type];

/** "FLOAT8E5M2"; the number where onnx.proto has no name for it. */
export const onnxTypeName = (type: number): string => Type[type] ?? String(type);
