import { open, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { clearField, create } from '@bufbuild/protobuf';
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as Location,
  TensorProtoSchema,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '../proto/onnx.gen.js';
import { copyOf } from '../proto/messages.js';
import { readRange } from '../tensors/safetensors.js';
import { bitsOf } from '../tensors/element-bits.js';
import { elementCount } from '../tensors/tensor.js';

/** The same message with every tensor that lies in another file read into it: initializers, attributes, nested graphs, functions. */
export async function withExternalData(proto: ModelProto, folder: string): Promise<ModelProto> {
  const found: TensorProto[] = [];
  mapTensors(proto, (tensor) => {
    if (isExternal(tensor)) found.push(tensor);
    return tensor;
  });
  if (found.length === 0) return proto;
  const read = new Map<TensorProto, TensorProto>();
  for (const tensor of found) read.set(tensor, await readExternal(folder, tensor));
  return mapTensors(proto, (tensor) => read.get(tensor) ?? tensor);
}

export const isExternal = ({ dataLocation, externalData }: TensorProto): boolean =>
  dataLocation === Location.EXTERNAL || externalData.length > 0;

/** The message without its data, which lie at `offset` of a file beside the model. */
export function externalTensor(
  tensor: TensorProto,
  { location, offset, length }: { location: string; offset: number; length: number },
): TensorProto {
  const entry = (key: string, value: string | number) =>
    create(StringStringEntryProtoSchema, { key, value: String(value) });
  return copyOf(tensor, {
    rawData: new Uint8Array(0),
    floatData: [],
    int32Data: [],
    int64Data: [],
    doubleData: [],
    uint64Data: [],
    dataLocation: Location.EXTERNAL,
    externalData: [entry('location', location), entry('offset', offset), entry('length', length)],
  });
}

async function readExternal(folder: string, tensor: TensorProto): Promise<TensorProto> {
  const where = `Tensor "${tensor.name}"`;
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const bits = bitsOf(tensor.dataType);
  if (bits === undefined)
    throw new Error(`${where}: expected a type of fixed size in external data, found ONNX type ${tensor.dataType}.`);
  const expected = Math.ceil((elementCount(tensor.dims.map(Number)) * bits) / 8);
  const offset = wholeNumber(where, 'offset', entries.get('offset') ?? '0');
  const length = wholeNumber(where, 'length', entries.get('length') ?? String(expected));
  if (length !== expected)
    throw new Error(
      `${where}: expected ${expected} bytes for [${tensor.dims.join(', ')}], found a length of ${length}.`,
    );
  const location = entries.get('location') ?? '';
  const path = await pathInside(where, folder, location);
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  if (offset + expected > size)
    throw new Error(`${where}: expected ${expected} bytes at ${offset} in ${location}, found a file of ${size} bytes.`);
  const rawData = await readRange(file, offset, expected);
  const inside = copyOf(tensor, { rawData, externalData: [] });
  clearField(inside, TensorProtoSchema.field.dataLocation);
  return inside;
}

function wholeNumber(where: string, key: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new Error(`${where}: expected a whole number of bytes as external ${key}, found "${text}".`);
  return value;
}

/** A model file may come from a stranger: only files in its own folder are opened, by whatever names and links. */
async function pathInside(where: string, folder: string, location: string): Promise<string> {
  const parts = location.split(/[/\\]/);
  const outside = new Error(
    `${where}: expected external data in a file inside the model's folder, found location "${location}".`,
  );
  if (location === '' || isAbsolute(location) || parts.some((part) => part === '..' || part === '')) throw outside;
  const path = join(folder, ...parts);
  const [root, found] = await Promise.all([
    realpath(folder),
    realpath(path).catch(() => {
      throw new Error(`${where}: expected its data in the file "${location}" inside ${folder}, found no such file.`);
    }),
  ]);
  if (!found.startsWith(root.endsWith(sep) ? root : root + sep)) throw outside;
  return found;
}

/** The message with every tensor as `change` answers it; what has none stays the same object. */
export function mapTensors(proto: ModelProto, change: (tensor: TensorProto) => TensorProto): ModelProto {
  return copyOf(proto, {
    ...(proto.graph ? { graph: mapGraph(proto.graph, change) } : {}),
    functions: proto.functions.map((body) => copyOf(body, { node: body.node.map((node) => mapNode(node, change)) })),
  });
}

function mapGraph(graph: GraphProto, change: (tensor: TensorProto) => TensorProto): GraphProto {
  return copyOf(graph, {
    node: graph.node.map((node) => mapNode(node, change)),
    initializer: graph.initializer.map(change),
    sparseInitializer: graph.sparseInitializer.map((sparse) =>
      copyOf(sparse, {
        ...(sparse.values ? { values: change(sparse.values) } : {}),
        ...(sparse.indices ? { indices: change(sparse.indices) } : {}),
      }),
    ),
  });
}

function mapNode(node: NodeProto, change: (tensor: TensorProto) => TensorProto): NodeProto {
  const holds = node.attribute.some(({ t, tensors, g, graphs }) => t || tensors.length > 0 || g || graphs.length > 0);
  if (!holds) return node;
  return copyOf(node, {
    attribute: node.attribute.map((held) =>
      copyOf(held, {
        ...(held.t ? { t: change(held.t) } : {}),
        ...(held.g ? { g: mapGraph(held.g, change) } : {}),
        tensors: held.tensors.map(change),
        graphs: held.graphs.map((graph) => mapGraph(graph, change)),
      }),
    ),
  });
}
