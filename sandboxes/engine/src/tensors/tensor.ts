import { TensorProto_DataType as Onnx } from '../proto/onnx.gen.js';

export type TensorData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

interface ElementFacts {
  readonly onnx: Onnx;
  /** The dtype word of the safetensors format. */
  readonly safetensors: string;
  readonly array: new (buffer: ArrayBuffer, byteOffset: number, length: number) => TensorData;
  readonly bytes: number;
}

/** 16-bit floats stay as their bit patterns: the engine keeps them, it does not compute with them. */
const elements = {
  float32: { onnx: Onnx.FLOAT, safetensors: 'F32', array: Float32Array, bytes: 4 },
  float64: { onnx: Onnx.DOUBLE, safetensors: 'F64', array: Float64Array, bytes: 8 },
  float16: { onnx: Onnx.FLOAT16, safetensors: 'F16', array: Uint16Array, bytes: 2 },
  bfloat16: { onnx: Onnx.BFLOAT16, safetensors: 'BF16', array: Uint16Array, bytes: 2 },
  int64: { onnx: Onnx.INT64, safetensors: 'I64', array: BigInt64Array, bytes: 8 },
  uint64: { onnx: Onnx.UINT64, safetensors: 'U64', array: BigUint64Array, bytes: 8 },
  int32: { onnx: Onnx.INT32, safetensors: 'I32', array: Int32Array, bytes: 4 },
  uint32: { onnx: Onnx.UINT32, safetensors: 'U32', array: Uint32Array, bytes: 4 },
  int16: { onnx: Onnx.INT16, safetensors: 'I16', array: Int16Array, bytes: 2 },
  uint16: { onnx: Onnx.UINT16, safetensors: 'U16', array: Uint16Array, bytes: 2 },
  int8: { onnx: Onnx.INT8, safetensors: 'I8', array: Int8Array, bytes: 1 },
  uint8: { onnx: Onnx.UINT8, safetensors: 'U8', array: Uint8Array, bytes: 1 },
  bool: { onnx: Onnx.BOOL, safetensors: 'BOOL', array: Uint8Array, bytes: 1 },
} as const satisfies Record<string, ElementFacts>;

export type ElementType = keyof typeof elements;

/** A dense, row-major tensor. */
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export const elementFacts = (type: ElementType): ElementFacts => elements[type];

const elementNames = Object.keys(elements) as ElementType[];

export const isElementType = (word: string): word is ElementType => word in elements;

export const elementOfOnnx = (code: number): ElementType | undefined =>
  elementNames.find((name) => elements[name].onnx === code);

export const elementOfSafetensors = (word: string): ElementType | undefined =>
  elementNames.find((name) => elements[name].safetensors === word);

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

/** Throws where the number of values is not the product of the shape. */
export function tensor(type: ElementType, shape: readonly number[], data: TensorData): Tensor {
  const expected = elementCount(shape);
  if (data.length !== expected) {
    throw new Error(`Tensor of shape [${shape.join(', ')}]: expected ${expected} values, found ${data.length}.`);
  }
  return { type, shape, data };
}

export const float32 = (shape: readonly number[], data: Float32Array | readonly number[]): Tensor =>
  tensor('float32', shape, data instanceof Float32Array ? data : Float32Array.from(data));

export const int64 = (shape: readonly number[], data: BigInt64Array | readonly number[]): Tensor =>
  tensor('int64', shape, data instanceof BigInt64Array ? data : BigInt64Array.from(data, (value) => BigInt(value)));

/** One number in a tensor of rank 0; throws for the 16-bit floats, which the engine does not compute with. */
export function scalarOf(type: ElementType, value: number): Tensor {
  if (type === 'float16' || type === 'bfloat16')
    throw new Error(`Scalar ${value}: expected a type the engine computes with, found ${type}.`);
  const data = new elements[type].array(new ArrayBuffer(elements[type].bytes), 0, 1);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[0] = BigInt(value);
  else data[0] = value;
  return tensor(type, [], data);
}

export const bytesOf = ({ data }: Tensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Little-endian bytes as a tensor; copied only where the alignment of the typed array asks for it. */
export function tensorOfBytes(type: ElementType, shape: readonly number[], bytes: Uint8Array): Tensor {
  const { array, bytes: size } = elements[type];
  const expected = elementCount(shape) * size;
  if (bytes.byteLength !== expected) {
    throw new Error(
      `Tensor of shape [${shape.join(', ')}] and type ${type}: expected ${expected} bytes, found ${bytes.byteLength}.`,
    );
  }
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return { type, shape, data: new array(aligned.buffer as ArrayBuffer, aligned.byteOffset, elementCount(shape)) };
}
