import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { fromBinary } from '@bufbuild/protobuf';
import { TensorProtoSchema, type TensorProto, type TypeProto } from '../proto/onnx.gen.js';

/** A published input or output. An optional value that is absent has no `value`. */
export type SuiteValue =
  | { readonly kind: 'tensor'; readonly tensor: TensorProto }
  | { readonly kind: 'sequence'; readonly items: readonly SuiteValue[] }
  | { readonly kind: 'optional'; readonly value: SuiteValue | undefined };

/** Parses a `.pb` file as the model's port says (onnx-data.proto: TensorProto, SequenceProto or OptionalProto). */
export function parseValue(bytes: Uint8Array, type: TypeProto | undefined): SuiteValue {
  switch (type?.value.case) {
    case 'sequenceType':
      return parseSequence(bytes);
    case 'optionalType':
      return parseOptional(bytes);
    default:
      return { kind: 'tensor', tensor: fromBinary(TensorProtoSchema, bytes) };
  }
}

/** onnx-data.proto: the same numbers mean the same kinds in both messages. */
const TENSOR = 3;
const SEQUENCE = 5;
const OPTIONAL = 7;

function parseSequence(bytes: Uint8Array): SuiteValue {
  return { kind: 'sequence', items: parts(bytes) };
}

function parseOptional(bytes: Uint8Array): SuiteValue {
  return { kind: 'optional', value: parts(bytes)[0] };
}

function parts(bytes: Uint8Array): SuiteValue[] {
  const reader = new BinaryReader(bytes);
  const found: SuiteValue[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, field);
      continue;
    }
    const content = reader.bytes();
    if (field === TENSOR) found.push({ kind: 'tensor', tensor: fromBinary(TensorProtoSchema, content) });
    if (field === SEQUENCE) found.push(parseSequence(content));
    if (field === OPTIONAL) found.push(parseOptional(content));
  }
  return found;
}
