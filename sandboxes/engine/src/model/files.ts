import { open, readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as Location,
  type TensorProto,
} from '../proto/onnx.gen.js';
import { copyOf, tensorProto } from '../proto/messages.js';
import { elementFacts, elementOfOnnx, elementCount, tensorOfBytes, type Tensor } from '../tensors/tensor.js';
import { readRange, writeSafetensors, type TensorRange } from '../tensors/safetensors.js';
import { Model } from './model.js';

/** Integers below this size stay in the graph: onnxruntime reads shapes and axes from there while it infers. */
const INLINE_BYTES = 1024;

/** Reads `<stem>.onnx` and the files beside it that hold its weights. */
export async function loadModel(path: string): Promise<Model> {
  const proto = fromBinary(ModelProtoSchema, await readFile(path));
  const resolved = new Map<string, Tensor>();
  for (const initializer of proto.graph?.initializer ?? []) {
    if (initializer.externalData.length > 0)
      resolved.set(initializer.name, await readExternal(dirname(path), initializer));
  }
  return Model.of(proto, resolved);
}

/**
 * Writes `<stem>.onnx` (the graph) and `<stem>.safetensors` (the weights), each whole or not at all, the graph last.
 * onnxruntime opens the pair by the graph's path.
 */
export async function saveModel(model: Model, path: string): Promise<void> {
  if (!path.endsWith('.onnx')) throw new Error(`Path: expected a name that ends in .onnx, found "${path}".`);
  const weightsPath = `${path.slice(0, -'.onnx'.length)}.safetensors`;
  const outside = new Map([...model.initializers].filter(([, value]) => !staysInline(value)));
  const ranges = await writeSafetensors(`${weightsPath}.part`, outside);
  await rename(`${weightsPath}.part`, weightsPath);
  const location = basename(weightsPath);
  const initializer = [...model.initializers].map(([name, value]) => {
    const range = ranges.get(name);
    return range ? externalTensor(name, location, range) : tensorProto(name, value);
  });
  const graph = copyOf(model.graph, { initializer: [...model.graph.initializer, ...initializer] });
  await writeWhole(path, toBinary(ModelProtoSchema, copyOf(model.proto, { graph })));
}

function staysInline({ type, shape, data }: Tensor): boolean {
  const isWeight = type.includes('float') && shape.length > 0;
  return !isWeight && data.byteLength < INLINE_BYTES;
}

function externalTensor(name: string, location: string, range: TensorRange): TensorProto {
  const entry = (key: string, value: string | number) =>
    create(StringStringEntryProtoSchema, { key, value: String(value) });
  const empty = tensorProto(name, { type: range.type, shape: range.shape, data: new Uint8Array(0) });
  return copyOf(empty, {
    rawData: new Uint8Array(0),
    dataLocation: Location.EXTERNAL,
    externalData: [entry('location', location), entry('offset', range.offset), entry('length', range.length)],
  });
}

/** Only a plain name beside the graph is opened: a model file may come from a stranger. */
async function readExternal(folder: string, initializer: TensorProto): Promise<Tensor> {
  const {
    location = '',
    offset = '0',
    length,
  } = Object.fromEntries(initializer.externalData.map(({ key, value }) => [key, value]));
  const where = `Initializer "${initializer.name}"`;
  const type = elementOfOnnx(initializer.dataType);
  if (!type)
    throw new Error(
      `${where}: expected a type the engine reads, found ONNX type ${initializer.dataType} in external data.`,
    );
  if (location === '' || location === '..' || basename(location) !== location) {
    throw new Error(`${where}: expected external data in a file beside the model, found location "${location}".`);
  }
  const shape = initializer.dims.map(Number);
  const expected = elementCount(shape) * elementFacts(type).bytes;
  if (length !== undefined && Number(length) !== expected)
    throw new Error(`${where}: expected ${expected} bytes, found a length of ${length}.`);
  const path = join(folder, location);
  const { size } = await stat(path);
  if (Number(offset) + expected > size)
    throw new Error(`${where}: expected ${expected} bytes at ${offset} in ${location}, found a file of ${size} bytes.`);
  await using file = await open(path, 'r');
  return tensorOfBytes(type, shape, await readRange(file, Number(offset), expected));
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(`${path}.part`, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}
