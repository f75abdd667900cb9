import { open, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type TensorProto } from '../proto/onnx.gen.js';
import { copyOf, tensorProto } from '../proto/messages.js';
import type { Tensor } from '../tensors/tensor.js';
import { readRange, writeSafetensors, type TensorRange } from '../tensors/safetensors.js';
import { externalTensor, withExternalData } from './external-data.js';
import { Model } from './model.js';

/** Integers below this size stay in the graph: onnxruntime reads shapes and axes from there while it infers. */
const INLINE_BYTES = 1024;
/** No protobuf message may be larger; onnxruntime and every other reader refuse it. */
const MAX_GRAPH_BYTES = 2 ** 31 - 1;

/**
 * Reads `<stem>.onnx` and the files in its folder that hold its weights, by ranges: none of them needs to fit into one read.
 * Throws, naming the tensor, where its data lie outside that folder, are missing or have another size.
 */
export async function loadModel(path: string): Promise<Model> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const proto = fromBinary(ModelProtoSchema, await readRange(file, 0, size));
  return Model.of(await withExternalData(proto, dirname(path)));
}

export interface SaveOptions {
  /** No weights file becomes larger, but for a single tensor that is; several are called `<stem>-1.safetensors` and so on. */
  readonly maxFileBytes?: number;
}

/**
 * Writes `<stem>.onnx` (the graph) and `<stem>.safetensors` (the weights), each whole or not at all, the graph last.
 * onnxruntime opens the pair by the graph's path. Tensors of types that safetensors does not know lie there as bytes.
 */
export async function saveModel(
  model: Model,
  path: string,
  { maxFileBytes = Infinity }: SaveOptions = {},
): Promise<void> {
  if (!path.endsWith('.onnx')) throw new Error(`Path: expected a name that ends in .onnx, found "${path}".`);
  const stem = path.slice(0, -'.onnx'.length);
  const files = shards(outside(model), maxFileBytes);
  const places = new Map<string, { location: string; range: TensorRange }>();
  for (const [index, tensors] of files.entries()) {
    const target = `${stem}${files.length > 1 ? `-${index + 1}` : ''}.safetensors`;
    const ranges = await writeSafetensors(`${target}.part`, tensors);
    await rename(`${target}.part`, target);
    for (const [name, range] of ranges) places.set(name, { location: basename(target), range });
  }
  const placed = (tensor: TensorProto): TensorProto => {
    const place = places.get(tensor.name);
    return place
      ? externalTensor(tensor, { location: place.location, offset: place.range.offset, length: place.range.length })
      : tensor;
  };
  const kept = copyOf(model.graph, { initializer: model.graph.initializer.map(placed) });
  const proto = model
    .withGraph(kept, model.initializers)
    .withInitializerMessages((name, value) => placed(tensorProto(name, value)));
  await writeWhole(path, toBinary(ModelProtoSchema, proto));
}

/** What lies beside the graph: weights, and the bytes of what is kept unread. */
function outside(model: Model): Map<string, Tensor> {
  const weights = [...model.initializers].filter(([, value]) => !staysInline(value));
  const opaque = model.graph.initializer
    .filter(({ rawData }) => rawData.length >= INLINE_BYTES)
    .map(({ name, rawData }) => [name, { type: 'uint8' as const, shape: [rawData.length], data: rawData }] as const);
  return new Map<string, Tensor>([...weights, ...opaque]);
}

function staysInline({ type, shape, data }: Tensor): boolean {
  const isWeight = type.includes('float') && shape.length > 0;
  return !isWeight && data.byteLength < INLINE_BYTES;
}

/** Always at least one file, empty where nothing lies outside. */
function shards(tensors: ReadonlyMap<string, Tensor>, maxBytes: number): Map<string, Tensor>[] {
  const files = [new Map<string, Tensor>()];
  let bytes = 0;
  for (const [name, value] of tensors) {
    if (bytes > 0 && bytes + value.data.byteLength > maxBytes) {
      files.push(new Map());
      bytes = 0;
    }
    files.at(-1)!.set(name, value);
    bytes += value.data.byteLength;
  }
  return files;
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  if (bytes.length > MAX_GRAPH_BYTES)
    throw new Error(
      `${path}: expected a graph below 2 GiB, found ${bytes.length} bytes. Make its constants initializers.`,
    );
  const file = await open(`${path}.part`, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}
