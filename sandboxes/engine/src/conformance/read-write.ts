import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry, equals, fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type ModelProto, type TensorProto } from '../proto/onnx.gen.js';
import { copyOf } from '../proto/messages.js';
import { Model } from '../model/model.js';
import { numbersOf } from './numbers.js';
import { failed, passed, type Outcome } from './outcome.js';
import type { SuiteTest } from './suite.js';

/** Reads a model and writes it back: the same bytes, or another encoding of the same message and the same numbers. */
export function checkReadWrite({ folder }: SuiteTest): Outcome {
  const bytes = readFileSync(join(folder, 'model.onnx'));
  const again = Model.fromBytes(bytes).toBytes();
  if (Buffer.compare(bytes, again) === 0) return passed('byte-identical');
  const [before, after] = [fromBinary(ModelProtoSchema, bytes), fromBinary(ModelProtoSchema, again)];
  const difference = differenceOf(before, after);
  return difference === undefined ? passed('same message in another encoding') : failed(difference);
}

function differenceOf(before: ModelProto, after: ModelProto): string | undefined {
  const bare = (model: ModelProto): ModelProto => copyOf(model, { graph: copyOf(model.graph!, { initializer: [] }) });
  if (!equals(ModelProtoSchema, bare(before), bare(after), { registry: createRegistry(), unknown: true }))
    return 'another model';
  const [old, found] = [before.graph!.initializer, after.graph!.initializer];
  if (old.length !== found.length) return `${old.length} initializers became ${found.length}`;
  const wrong = old.find((tensor, index) => !sameTensor(tensor, found[index]!));
  return wrong && `initializer "${wrong.name}" holds other values`;
}

function sameTensor(a: TensorProto, b: TensorProto): boolean {
  const head = ({ name, dataType, dims }: TensorProto): string => `${name} ${dataType} ${dims.join()}`;
  const [left, right] = [numbersOf(a), numbersOf(b)];
  return head(a) === head(b) && left.length === right.length && left.every((value, at) => Object.is(value, right[at]));
}
