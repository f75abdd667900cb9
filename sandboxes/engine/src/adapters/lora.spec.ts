import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { loadModel, saveModel } from '../model/files.js';
import type { Model } from '../model/model.js';
import { openSession } from '../runtime/session.js';
import { batch, classifier, models } from '../testing/tiny-classifier.js';
import { seededRandom, truncatedNormal } from '../tensors/random.js';
import { float32, int64, type Tensor } from '../tensors/tensor.js';
import { isLoraWeight } from './lora-factors.js';
import { LoraAdapter } from './lora.js';

const normal = truncatedNormal(0.5);
const random = seededRandom('lora');
const noise = (shape: readonly number[]): Tensor => float32(shape, normal(shape, random));

/** An adapter with both factors away from zero. */
function trained(adapter: LoraAdapter): LoraAdapter {
  const changed = [...adapter.factors].map(([name, { shape }]) => [name, noise(shape)] as const);
  return adapter.withWeightsOf(adapter.attach().withInitializers(new Map(changed)));
}

async function answer(model: Model, x: Tensor): Promise<Float32Array> {
  await using session = await openSession(model, { threads: 1 });
  return (await session.run({ x }, ['y'])).y.data as Float32Array;
}

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, at) => Math.abs(value - b[at]!)));

function network(
  input: readonly [Value['type'], readonly (number | string)[]],
  write: (g: GraphBuilder, x: Value) => Value,
): Model {
  const g = new GraphBuilder({ seed: 3 });
  return g.toModel({ y: write(g, g.input('x', ...input)) });
}

const rows = ['float32', ['n', 6]] as const;
const weight = (g: GraphBuilder, shape: readonly number[]): Value => g.parameter('w', shape, normal);
const x = noise([5, 6]);
const picture = noise([2, 3, 6, 6]);

const products: Record<string, { model: Model; x: Tensor }> = {
  MatMul: { model: network(rows, (g, x) => g.matMul(x, weight(g, [6, 4]))), x },
  'MatMul of three axes': {
    model: network(['float32', ['n', 2, 6]], (g, x) => g.matMul(x, weight(g, [6, 4]))),
    x: noise([3, 2, 6]),
  },
  'MatMul behind a Transpose': {
    model: network(rows, (g, x) => g.matMul(x, g.transpose(weight(g, [4, 6]), [1, 0]))),
    x,
  },
  Gemm: { model: network(rows, (g, x) => g.gemm(x, weight(g, [6, 4]), { c: g.parameter('c', [4], normal) })), x },
  'Gemm with the weight transposed': {
    model: network(rows, (g, x) => g.gemm(x, weight(g, [4, 6]), { transB: true })),
    x,
  },
  'Gemm with the input transposed': {
    model: network(['float32', [6, 5]], (g, x) => g.gemm(x, weight(g, [6, 4]), { transA: true })),
    x: noise([6, 5]),
  },
  'Gemm with alpha': {
    model: network(rows, (g, x) => {
      const attributes = { alpha: { float: 0.5 }, beta: { float: 2 }, transB: 1 };
      const inputs = [x, weight(g, [4, 6]), g.parameter('c', [4], normal)];
      return g.emit({ opType: 'Gemm', inputs, outputs: [{ type: 'float32', shape: ['n', 4] }], attributes })[0]!;
    }),
    x,
  },
  'a weight shared in both directions': {
    model: network(rows, (g, x) => {
      const w = weight(g, [6, 4]);
      return g.gemm(g.tanh(g.matMul(x, w)), w, { transB: true });
    }),
    x,
  },
  'an embedding that is the output layer too': {
    model: network(['int64', ['n']], (g, x) => {
      const w = weight(g, [6, 4]);
      return g.matMul(g.gather(w, x), g.transpose(w, [1, 0]));
    }),
    x: int64([3], [0, 5, 2]),
  },
  'a convolution 1 x 1': {
    model: network(['float32', ['n', 3, 6, 6]], (g, x) => g.conv(x, weight(g, [4, 3, 1, 1]))),
    x: picture,
  },
  'a convolution along one axis': {
    model: network(['float32', ['n', 3, 8]], (g, x) => {
      const outputs = [{ type: 'float32', shape: ['n', 4, 4] }] as const;
      return g.emit({
        opType: 'Conv',
        inputs: [x, weight(g, [4, 3, 3])],
        outputs,
        attributes: { dilations: [2] },
      })[0]!;
    }),
    x: noise([2, 3, 8]),
  },
  'a convolution 3 x 3 with pads, strides and bias': {
    model: network(['float32', ['n', 3, 6, 6]], (g, x) =>
      g.conv(x, weight(g, [4, 3, 3, 3]), { bias: g.parameter('c', [4], normal), strides: [2, 1], pads: [1, 0, 1, 2] }),
    ),
    x: picture,
  },
};

describe.each(Object.entries(products))('an adapter of %s', (_, { model, x }) => {
  const adapter = LoraAdapter.create(model, { targets: ['w'], rank: 2, alpha: 3 });

  it('changes nothing before it is trained', async () => {
    expect(await answer(adapter.attach(), x)).toEqual(await answer(model, x));
  });

  it('merged answers what it answered beside the base', async () => {
    const after = trained(adapter);
    const [beside, merged] = [await answer(after.attach(), x), await answer(after.merge(), x)];
    const size = Math.max(...beside.map(Math.abs));
    expect(largestDifference(beside, merged) / size).toBeLessThan(1e-6);
    expect(largestDifference(beside, await answer(model, x)) / size).toBeGreaterThan(1e-2);
    expect([...after.merge().initializers.keys()]).toEqual([...model.initializers.keys()]);
  });
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-engine-spec-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('an adapter of a transformer', () => {
  const base = models();
  const targets = ['block?.query.weight', 'block?.value.weight', /down\.weight$/];
  const create = () => LoraAdapter.create(base.encoder, { targets, rank: 4, alpha: 8, seed: 1 });

  it('learns while the base stays, and merges into a model of the same form', async () => {
    const adapter = create();
    expect(adapter.targets).toHaveLength(6);
    const trainer = await classifier({
      models: { encoder: adapter.attach(), head: base.head },
      trainable: (name) => isLoraWeight(name) || name.startsWith('head/'),
    });
    const losses: number[] = [];
    for (let step = 0; step < 60; step += 1) losses.push((await trainer.step(batch(step), 1e-2)).loss);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 3);
    const { encoder } = trainer.export();
    await trainer.release();
    for (const [name, value] of base.encoder.initializers) expect(encoder.initializers.get(name)).toEqual(value);

    const merged = adapter.withWeightsOf(encoder).merge();
    expect(merged.graph).toEqual(base.encoder.graph);
    const patches = float32([16, 6, 10], batch(77).patches);
    const [beside, after] = await Promise.all(
      [encoder, merged].map(async (model) => {
        await using session = await openSession(model, { threads: 1 });
        return (await session.run({ patches }, ['features'])).features.data as Float32Array;
      }),
    );
    expect(largestDifference(beside!, after!)).toBeLessThan(1e-6);
  });

  it('is kept apart from its base and comes back to it alone', async () => {
    const adapter = trained(create());
    const path = join(folder, 'adapter.safetensors');
    await adapter.save(path);
    await saveModel(base.encoder, join(folder, 'base.onnx'));
    const again = await LoraAdapter.load(path, await loadModel(join(folder, 'base.onnx')));
    expect([again.rank, again.alpha, again.targets, again.factors]).toEqual([4, 8, adapter.targets, adapter.factors]);
    const other = adapter.merge();
    await expect(LoraAdapter.load(path, other)).rejects.toThrow(
      /expected the base that the adapter was trained on \(sha256 [0-9a-f]{64}\), found another model/,
    );
    await saveModel(base.head, join(folder, 'head.onnx'));
    await expect(LoraAdapter.load(join(folder, 'head.safetensors'), base.head)).rejects.toThrow(
      /expected an adapter of format graft-lora-1, found another kind of file/,
    );
  });

  it('is not offered for the weights of a grouped convolution', () => {
    const grouped = network(['float32', ['n', 4, 6, 6]], (g, x) => {
      const outputs = [{ type: 'float32', shape: ['n', 4, 4, 4] }] as const;
      return g.emit({ opType: 'Conv', inputs: [x, weight(g, [4, 2, 3, 3])], outputs, attributes: { group: 2 } })[0]!;
    });
    expect(() => LoraAdapter.create(grouped, { targets: ['w'], rank: 2, alpha: 2 })).toThrow(
      /LoRA targets: expected a pattern that names at least one of 0 weights, found w, which names none\./,
    );
  });

  it('refuses a pattern that names no weight of a product', () => {
    expect(() => LoraAdapter.create(base.encoder, { targets: ['*.norm1.scale'], rank: 2, alpha: 2 })).toThrow(
      /LoRA targets: expected a pattern that names at least one of 13 weights, found \*\.norm1\.scale, which names none/,
    );
  });
});
