import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelProtoSchema } from '../proto/onnx.gen.js';
import { openSession } from '../runtime/session.js';
import { tinyHead, tinyVit } from '../testing/tiny-networks.js';
import { float32 } from '../tensors/tensor.js';
import { SafetensorsFile } from '../tensors/safetensors.js';
import { loadModel, saveModel } from './files.js';
import { Model } from './model.js';
import { compose, extract, renamed } from './surgery.js';

const size = { tokens: 4, patch: 6, dim: 8, depth: 1, heads: 2 };
const encoder = tinyVit(size);
const head = tinyHead({ size: size.dim, classes: 3 });
const patches = float32(
  [2, 4, 6],
  Float32Array.from({ length: 48 }, (_, at) => Math.sin(at)),
);

async function answer(model: Model, output: string): Promise<unknown> {
  await using session = await openSession(model, { threads: 1 });
  return (await session.run({ patches }, [output]))[output];
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-engine-spec-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a model', () => {
  it('is the same after bytes', () => {
    const again = Model.fromBytes(encoder.toBytes());
    expect(again.toBytes()).toEqual(encoder.toBytes());
    expect(again.inputs).toEqual([{ name: 'patches', type: 'float32', shape: ['n', 4, 6] }]);
    expect(again.outputs).toEqual([{ name: 'features', type: 'float32', shape: ['n', 8] }]);
  });

  it('keeps fields that the schema does not know', () => {
    const unknownField = Uint8Array.of(0xfa, 0x3e, 0x03, 0x61, 0x62, 0x63); // field 1007, the bytes "abc"
    const bytes = Model.fromBytes(Uint8Array.from([...encoder.toBytes(), ...unknownField]))
      .withMetadata({ space: 's' })
      .toBytes();
    expect(Buffer.from(bytes).includes(Buffer.from(unknownField))).toBe(true);
  });

  it('keeps its weights in a safetensors file beside the graph, from which onnxruntime serves it', async () => {
    const path = join(folder, 'encoder.onnx');
    await saveModel(encoder.withMetadata({ space: 'abc' }), path);
    const loaded = await loadModel(path);
    expect(loaded.metadata).toEqual({ space: 'abc' });
    expect(loaded.initializers).toEqual(encoder.initializers);
    await using weights = await SafetensorsFile.open(join(folder, 'encoder.safetensors'));
    expect([...weights.tensors.keys()].sort()).toEqual([...encoder.initializers.keys()].sort());
    await using session = await openSession(path, { threads: 1 });
    expect((await session.run({ patches }, ['features'])).features).toEqual(await answer(encoder, 'features'));
  });

  it('opens no file outside its folder', async () => {
    const path = join(folder, 'hostile.onnx');
    await saveModel(head, path);
    const proto = fromBinary(ModelProtoSchema, await readFile(path));
    for (const entry of proto.graph!.initializer.flatMap(({ externalData }) => externalData))
      if (entry.key === 'location') entry.value = '../../etc/passwd';
    await writeFile(path, toBinary(ModelProtoSchema, proto));
    await expect(loadModel(path)).rejects.toThrow(
      /expected external data in a file inside the model's folder, found location "..\/..\/etc\/passwd"/,
    );
  });

  it('refuses an initializer of another name or shape', () => {
    expect(() => head.withInitializers(new Map([['nothing', float32([1], [0])]]))).toThrow(
      /"nothing": expected one of the model's 2, found no such name/,
    );
    expect(() => head.withInitializers(new Map([['classify.bias', float32([4], [0, 0, 0, 0])]]))).toThrow(
      /"classify.bias": expected float32 \[3\], found float32 \[4\]/,
    );
  });
});

describe('surgery', () => {
  const whole = compose({ model: encoder, prefix: 'e.' }, { model: head, prefix: 'h.' }, { features: 'features' });

  it('composes two models into one that answers as both in turn', async () => {
    await using first = await openSession(encoder, { threads: 1 });
    await using second = await openSession(head, { threads: 1 });
    const { features } = await first.run({ patches }, ['features']);
    expect(await answer(whole, 'logits')).toEqual((await second.run({ features }, ['logits'])).logits);
  });

  it('extracts a part by tensor names', async () => {
    const part = extract(whole, { inputs: ['patches'], outputs: ['e.features'] });
    expect([...part.initializers.keys()].some((name) => name.startsWith('h.'))).toBe(false);
    expect(await answer(part, 'e.features')).toEqual(await answer(encoder, 'features'));
    const tail = extract(whole, { inputs: ['e.features'], outputs: ['logits'] });
    expect([...tail.initializers.keys()]).toEqual(['h.classify.weight', 'h.classify.bias']);
  });

  it('renames without changing the meaning', async () => {
    const other = renamed(encoder, (name) => (name === 'features' ? 'vector' : name));
    expect(await answer(other, 'vector')).toEqual(await answer(encoder, 'features'));
  });

  it('says which tensor, expected and found', () => {
    const wide = tinyHead({ size: 9, classes: 3 });
    expect(() =>
      compose({ model: encoder, prefix: 'e.' }, { model: wide, prefix: 'h.' }, { features: 'features' }),
    ).toThrow(/value "features": expected float32 \[n, 9\], found "features" of float32 \[n, 8\]/);
    expect(() => extract(whole, { inputs: [], outputs: ['logits'] })).toThrow(/found that "patches" is needed as well/);
    expect(() => extract(whole, { inputs: ['patches'], outputs: ['nowhere'] })).toThrow(
      /Value "nowhere": .* found no such value/,
    );
  });
});
