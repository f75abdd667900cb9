import { Tensor as RuntimeTensor } from 'onnxruntime-node';
import { elementCount, type ElementType, type Tensor, type TensorData } from '../tensors/tensor.js';

/** The array that onnxruntime takes for a type. */
const arrays: Readonly<Partial<Record<ElementType, { new (length: number): TensorData }>>> = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** Wraps the data without a copy; throws where array, type or size do not match, naming the tensor. */
export function runtimeTensor(name: string, { type, shape, data }: Tensor): RuntimeTensor {
  const expected = arrays[type];
  if (!expected || !(data instanceof expected))
    throw new Error(
      `Tensor "${name}": expected ${expected?.name ?? 'a type onnxruntime takes from JavaScript'} for ${type}, found ${data.constructor.name}.`,
    );
  if (data.length !== elementCount(shape))
    throw new Error(
      `Tensor "${name}": expected ${elementCount(shape)} values for [${shape.join(', ')}], found ${data.length}.`,
    );
  return new RuntimeTensor(type as 'float32', data as Float32Array, shape);
}

export const engineTensor = ({ type, dims, data }: RuntimeTensor): Tensor => ({
  type: type as ElementType,
  shape: dims,
  data: type === 'float16' ? bitPatterns(data as Uint16Array) : (data as TensorData),
});

/** Halves come as Float16Array where the runtime has one; the engine keeps them as they lie in memory. */
const bitPatterns = ({ buffer, byteOffset, length }: Uint16Array): Uint16Array =>
  new Uint16Array(buffer, byteOffset, length);
