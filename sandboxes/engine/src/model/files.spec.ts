import { mkdir, mkdtemp, open, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as Location,
  TensorProto_DataType as Type,
  TensorProtoSchema,
  type TensorProto,
} from '../proto/onnx.gen.js';
import { openSession } from '../runtime/session.js';
import { bytesOf, float32 } from '../tensors/tensor.js';
import { handWritten, op } from '../testing/hand-written.js';
import { tinyVit } from '../testing/tiny-networks.js';
import { loadModel, saveModel } from './files.js';
import { Model } from './model.js';

let outer: string;
/** Where the models lie; what is beside it in `outer` is none of theirs. */
let folder: string;
beforeAll(async () => {
  outer = await mkdtemp(join(tmpdir(), 'graft-engine-files-'));
  folder = join(outer, 'models');
  await mkdir(folder);
});
afterAll(() => rm(outer, { recursive: true, force: true }));

const three = float32([3], [1, 2, 3]);

function external(entries: Record<string, string>): TensorProto {
  return create(TensorProtoSchema, {
    name: 'w',
    dims: [3n],
    dataType: Type.FLOAT,
    dataLocation: Location.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  });
}

/** x + w, with w as given. */
async function write(name: string, w: TensorProto): Promise<string> {
  const model = handWritten({
    inputs: { x: [3] },
    outputs: { y: [3] },
    nodes: [op('Add', ['x', 'w'], 'y')],
    opaque: [],
  });
  const graph = { ...model.graph, initializer: [w] };
  const path = join(folder, name);
  await writeFile(path, toBinary(ModelProtoSchema, { ...model.proto, graph }));
  return path;
}

describe('weights outside the graph', () => {
  it('are read from several files, folders and offsets', async () => {
    await mkdir(join(folder, 'weights'));
    await writeFile(join(folder, 'weights/a.bin'), Buffer.concat([Buffer.alloc(4096), bytesOf(three)]));
    const path = await write('offset.onnx', external({ location: 'weights/a.bin', offset: '4096', length: '12' }));
    expect((await loadModel(path)).initializers.get('w')).toEqual(three);
    await writeFile(join(folder, 'whole.bin'), bytesOf(three));
    expect(
      (await loadModel(await write('whole.onnx', external({ location: 'whole.bin' })))).initializers.get('w'),
    ).toEqual(three);
  });

  it('are read from beyond 2 GiB without a buffer of that size', async () => {
    const offset = 3 * 2 ** 30;
    await using file = await open(join(folder, 'sparse.bin'), 'w');
    await file.write(bytesOf(three), 0, 12, offset);
    const path = await write('sparse.onnx', external({ location: 'sparse.bin', offset: String(offset), length: '12' }));
    const before = process.memoryUsage().arrayBuffers;
    expect((await loadModel(path)).initializers.get('w')).toEqual(three);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    await using session = await openSession(path, { threads: 1 });
    expect((await session.run({ x: three }, ['y'])).y.data).toEqual(Float32Array.of(2, 4, 6));
  });

  it.each([
    ['../secret.bin', /expected external data in a file inside the model's folder, found location "..\/secret.bin"/],
    ['a/../../secret.bin', /inside the model's folder/],
    ['/etc/passwd', /inside the model's folder/],
    ['..\\secret.bin', /inside the model's folder/],
    ['', /inside the model's folder/],
    ['link.bin', /inside the model's folder/],
    ['missing.bin', /Tensor "w": expected its data in the file "missing.bin" .* found no such file/],
  ])('are not read from %j', async (location, message) => {
    if (location === 'link.bin') {
      await writeFile(join(outer, 'secret.bin'), bytesOf(three));
      await symlink(join(outer, 'secret.bin'), join(folder, 'link.bin'));
    }
    await expect(loadModel(await write('hostile.onnx', external({ location })))).rejects.toThrow(message);
  });

  it('are refused with another size than their type and shape ask for', async () => {
    await writeFile(join(folder, 'short.bin'), bytesOf(float32([2], [1, 2])));
    const load = async (entries: Record<string, string>) => loadModel(await write('short.onnx', external(entries)));
    await expect(load({ location: 'short.bin' })).rejects.toThrow(/expected 12 bytes at 0 .* a file of 8 bytes/);
    await expect(load({ location: 'short.bin', length: '8' })).rejects.toThrow(
      /12 bytes for \[3\], found a length of 8/,
    );
    await expect(load({ location: 'short.bin', offset: '-4' })).rejects.toThrow(/external offset, found "-4"/);
  });

  it('are written into several files where one would be too large', async () => {
    const model = tinyVit({ tokens: 4, patch: 6, dim: 8, depth: 1, heads: 2 });
    const path = join(folder, 'sharded.onnx');
    await saveModel(model, path, { maxFileBytes: 1200 });
    const files = (await readdir(folder)).filter((name) => /^sharded-\d+\.safetensors$/.test(name));
    expect(files.length).toBeGreaterThan(2);
    expect((await loadModel(path)).initializers).toEqual(model.initializers);
    const patches = float32([1, 4, 6], new Float32Array(24).fill(0.5));
    await using saved = await openSession(path, { threads: 1 });
    await using original = await openSession(model, { threads: 1 });
    expect(await saved.run({ patches }, ['features'])).toEqual(await original.run({ patches }, ['features']));
  });

  it('keep types without an array bit by bit, in and out of the graph', async () => {
    const int4 = (name: string, bytes: number): TensorProto =>
      create(TensorProtoSchema, {
        name,
        dims: [BigInt(2 * bytes)],
        dataType: Type.INT4,
        docString: 'quantised',
        rawData: Uint8Array.from({ length: bytes }, (_, at) => at % 251),
      });
    const model = handWritten({
      inputs: { x: [2] },
      outputs: ['y'],
      nodes: [op('Identity', ['x'], 'y')],
      opaque: [int4('small', 3), int4('large', 5000)],
    });
    const path = join(folder, 'quantised.onnx');
    await saveModel(model, path);
    expect((await readFile(path)).length).toBeLessThan(1000);
    expect((await loadModel(path)).toBytes()).toEqual(model.toBytes());
  });

  it('are written back with their order, descriptions and encoding', () => {
    const tensors = [
      create(TensorProtoSchema, { name: 'b', dims: [2n], dataType: Type.FLOAT, floatData: [1, 2], docString: 'why' }),
      create(TensorProtoSchema, { name: 'q', dims: [2n], dataType: Type.FLOAT8E5M2, rawData: Uint8Array.of(1, 2) }),
      create(TensorProtoSchema, { name: 'a', dims: [1n], dataType: Type.UINT32, uint64Data: [7n] }),
    ];
    const { proto } = handWritten({ outputs: [], nodes: [] });
    const bytes = toBinary(ModelProtoSchema, { ...proto, graph: { ...proto.graph!, initializer: tensors } });
    const model = Model.fromBytes(bytes);
    expect(model.initializers.get('a')?.data).toEqual(Uint32Array.of(7));
    expect(model.toBytes()).toEqual(bytes);
    expect(fromBinary(ModelProtoSchema, model.toBytes()).graph!.initializer.map(({ name }) => name)).toEqual([
      'b',
      'q',
      'a',
    ]);
  });
});
