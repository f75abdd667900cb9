import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  TensorProto_DataLocation as Location,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './onnx.gen.js';
import {
  bytesOf,
  elementFacts,
  elementOfOnnx,
  int64,
  tensorOfBytes,
  float32,
  type ElementType,
  type Tensor,
} from '../tensors/tensor.js';

/** A size, or the name of a size that is known only when the graph runs ("n"). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

/** A copy that shares its fields with the original; unknown protobuf fields stay. Messages are otherwise never changed in place. */
export function copyOf<M extends object>(message: M, changes: Partial<M> = {}): M {
  return Object.assign(Object.create(Object.getPrototypeOf(message) as object) as M, message, changes);
}

/** What an attribute may be made of; whole numbers and reals are told apart by `float`. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number };

export function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}

export function node(fields: {
  opType: string;
  domain?: string;
  input: string[];
  output: string[];
  attributes: Readonly<Record<string, AttributeValue>>;
}): NodeProto {
  const { opType, input, output } = fields;
  return create(NodeProtoSchema, {
    name: `${opType}:${output[0]}`,
    opType,
    input,
    output,
    attribute: Object.entries(fields.attributes).map(([name, value]) => attribute(name, value)),
    ...(fields.domain ? { domain: fields.domain } : {}),
  });
}

/** A node that answers always the same: what sets a constant apart from a weight, which is an initializer. */
export function constantNode(output: string, value: Tensor): NodeProto {
  const held = create(AttributeProtoSchema, { name: 'value', type: AttributeType.TENSOR, t: tensorProto('', value) });
  return create(NodeProtoSchema, { name: output, opType: 'Constant', output: [output], attribute: [held] });
}

const find = (from: NodeProto, name: string): AttributeProto | undefined =>
  from.attribute.find((candidate) => candidate.name === name);

export const intAttribute = (from: NodeProto, name: string, missing: number): number => {
  const found = find(from, name);
  return found ? Number(found.i) : missing;
};

export const floatAttribute = (from: NodeProto, name: string, missing: number): number =>
  find(from, name)?.f ?? missing;

export const stringAttribute = (from: NodeProto, name: string, missing: string): string => {
  const found = find(from, name);
  return found ? new TextDecoder().decode(found.s) : missing;
};

export const intsAttribute = (from: NodeProto, name: string): number[] | undefined =>
  find(from, name)?.ints.map(Number);

export function valueInfo(name: string, type: ElementType, shape: Shape): ValueInfoProto {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: elementFacts(type).onnx,
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } }),
  });
}

/** Type and shape of a graph's input, output or inner value; undefined where the file does not say or it is no tensor. An unnamed dimension reads "?". */
export function readValueInfo(info: ValueInfoProto): { type: ElementType; shape: Shape } | undefined {
  const value = info.type?.value;
  if (value?.case !== 'tensorType' || !value.value.shape) return undefined;
  const type = elementOfOnnx(value.value.elemType);
  if (!type) return undefined;
  const shape = value.value.shape.dim.map(({ value: dim }) =>
    dim.case === 'dimValue' ? Number(dim.value) : dim.value || '?',
  );
  return { type, shape };
}

/** The message a tensor was read from: written back, it keeps its description, metadata and encoding. */
const origins = new WeakMap<Tensor, TensorProto>();

export function tensorProto(name: string, value: Tensor): TensorProto {
  const origin = origins.get(value);
  if (origin) return origin.name === name ? origin : copyOf(origin, { name });
  return create(TensorProtoSchema, {
    name,
    dims: value.shape.map(BigInt),
    dataType: elementFacts(value.type).onnx,
    rawData: bytesOf(value),
  });
}

/** Undefined for what the engine keeps but does not read: strings, 4- and 8-bit floats, complex numbers, sub-byte integers. */
export function readTensorProto(proto: TensorProto): Tensor | undefined {
  const value = decoded(proto);
  if (value && proto.dataLocation !== Location.EXTERNAL) origins.set(value, proto);
  return value;
}

function decoded(proto: TensorProto): Tensor | undefined {
  const type = elementOfOnnx(proto.dataType);
  if (!type) return undefined;
  const shape = proto.dims.map(Number);
  if (proto.rawData.length > 0) return tensorOfBytes(type, shape, proto.rawData);
  if (proto.floatData.length > 0 && type === 'float32') return float32(shape, proto.floatData);
  if (proto.int64Data.length > 0 && type === 'int64') return int64(shape, BigInt64Array.from(proto.int64Data));
  if (proto.doubleData.length > 0 && type === 'float64')
    return { type, shape, data: Float64Array.from(proto.doubleData) };
  if (proto.uint64Data.length > 0 && type === 'uint64')
    return { type, shape, data: BigUint64Array.from(proto.uint64Data) };
  if (proto.uint64Data.length > 0 && type === 'uint32')
    return { type, shape, data: Uint32Array.from(proto.uint64Data, Number) };
  const small = smallIntegers(type, proto.int32Data);
  if (small && small.length > 0) return { type, shape, data: small };
  return tensorOfBytes(type, shape, new Uint8Array(0));
}

/** The narrow types share one field of 32-bit integers (onnx.proto, `int32_data`). */
function smallIntegers(type: ElementType, values: readonly number[]): Tensor['data'] | undefined {
  switch (type) {
    case 'int32':
      return Int32Array.from(values);
    case 'int16':
      return Int16Array.from(values);
    case 'int8':
      return Int8Array.from(values);
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return Uint16Array.from(values);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values);
    default:
      return undefined;
  }
}
