import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel, LoraAdapter, type Tensor } from '@graft/engine';
import { float32, int64, openSession } from '@graft/engine';
import { type Event, TrainingParameters, VisionArchitecture } from '@graft/protocol';
import { openBundle } from '@graft/runner';
import { runTask, type TaskOutcome, temporaryFolder, tinyItems, writeTinyDataset } from '@graft/runner/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { finetune } from './finetune.js';
import { feedsOfTexts } from './text-feeds.js';

const architecture = VisionArchitecture.parse({ width: 24, height: 24, patch: 8, dim: 32, depth: 1, heads: 2 });
const training = TrainingParameters.parse({ epochs: 12, batchSize: 16, learningRate: 0.003, checkpointEvery: 5 });
const classify = { kind: 'classify', targets: ['colour', 'shape'] };
const contrastive = {
  kind: 'contrastive',
  dim: 16,
  attributes: ['colour', 'shape'],
  titles: true,
  coEngagement: true,
  temperature: 0.07,
};

let inputsRoot: string;

beforeAll(async () => {
  inputsRoot = await temporaryFolder();
  const items = await tinyItems(96);
  const pairs = [0, 4, 8, 12].map((first) => ({ a: `item-${first}`, b: `item-${first + 1}`, weight: 2 }));
  await writeTinyDataset(join(inputsRoot, 'dataset'), items, pairs);
});

const bytes = ({ data }: Tensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

interface Options {
  readonly workspace?: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: Event) => void;
  readonly root?: string;
}

async function run(
  input: Record<string, unknown>,
  options: Options = {},
): Promise<TaskOutcome & { workspace: string }> {
  const workspace = options.workspace ?? (await temporaryFolder());
  const task = { dataset: 'dataset', base: null, architecture, objective: classify, training, ...input };
  return {
    workspace,
    ...(await runTask('finetune', finetune, task, { ...options, inputsRoot: options.root ?? inputsRoot, workspace })),
  };
}

describe('finetune with objective classify', () => {
  it('learns, reports its curves and writes a bundle with labels and the space of its encoder', async () => {
    const { result, failure, events, workspace } = await run({});
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({ steps: 54, trainItems: 72 });
    expect(result?.['val/accuracy/colour']).toBeGreaterThan(0.7);
    const { manifest } = await openBundle(join(workspace, 'out/bundle'));
    expect(Object.keys(manifest.components)).toEqual(['vision_encoder', 'head']);
    expect(manifest.labels['shape']?.toSorted()).toEqual(['bar', 'disc']);
    expect(manifest.components['vision_encoder']?.space).toMatchObject({
      id: result?.['spaceId'],
      definition: { dim: 32, normalised: false },
    });
    expect(manifest.components['vision_encoder']?.inputs).toEqual([
      { name: 'pixel_values', dtype: 'float32', shape: ['n', 3, 24, 24] },
    ]);
    const names = new Set(events.flatMap((event) => (event.type === 'metric' ? [event.name] : [])));
    const curves = ['loss', 'learning_rate', 'gradient_norm', 'images_per_second', 'loss/colour', 'val/accuracy/shape'];
    expect([...names]).toEqual(expect.arrayContaining(curves));
  });

  it('goes on from its checkpoint after a cancel and ends with the very weights of an unbroken run', async () => {
    const whole = await run({});
    const cancel = new AbortController();
    const broken = await run(
      {},
      { signal: cancel.signal, onEvent: (event) => event.type === 'checkpoint' && event.step === 20 && cancel.abort() },
    );
    expect(broken.failure).toMatchObject({ code: 'cancelled' });
    const resumed = await run({}, { workspace: broken.workspace });
    expect(resumed.events).toContainEqual(
      expect.objectContaining({ type: 'log', message: 'Resumed after step 20 of 54.' }),
    );
    const weights = async (workspace: string): Promise<Buffer> =>
      readFile(join(workspace, 'out/bundle/vision_encoder.safetensors'));
    expect((await weights(resumed.workspace)).equals(await weights(whole.workspace))).toBe(true);
  });

  it('starts from a base, keeps its encoder and makes a new head for other labels', async () => {
    const first = await run({});
    const root = await temporaryFolder();
    await writeTinyDataset(join(root, 'dataset'), await tinyItems(48));

    await cp(join(first.workspace, 'out/bundle'), join(root, 'base'), { recursive: true });
    const short = { ...training, epochs: 8 };
    const { result, failure, workspace } = await run(
      { base: 'base', architecture: null, objective: { kind: 'classify', targets: ['colour'] }, training: short },
      { root },
    );
    expect(failure).toBeUndefined();
    expect(result?.['val/accuracy/colour']).toBeGreaterThan(0.5);
    const { manifest } = await openBundle(join(workspace, 'out/bundle'));
    expect(Object.keys(manifest.labels)).toEqual(['colour']);
  });
});

describe('finetune with an adapter', () => {
  const lora = { rank: 4, alpha: 8, targets: ['layer*.weight'] };
  const others = { kind: 'classify', targets: ['shape'] };
  let root: string;

  beforeAll(async () => {
    root = await temporaryFolder();
    await writeTinyDataset(join(root, 'dataset'), await tinyItems(96));
    const base = await run({ objective: { kind: 'classify', targets: ['colour'] } }, { root });
    await cp(join(base.workspace, 'out/bundle'), join(root, 'base'), { recursive: true });
  });

  const adapt = (changes: Record<string, unknown>, options: Options = {}) =>
    run(
      {
        base: 'base',
        architecture: null,
        objective: others,
        training: { ...training, learningRate: 0.01, ...changes },
      },
      { ...options, root },
    );

  it('learns other labels and writes a bundle of the same form, the adapter beside it', async () => {
    const { result, failure, workspace } = await adapt({ lora, epochs: 30 });
    expect(failure).toBeUndefined();
    expect(result?.['val/accuracy/shape']).toBeGreaterThan(0.7);
    const folder = join(workspace, 'out/bundle');
    const { manifest } = await openBundle(folder);
    expect(manifest.metadata['adapter']).toBe('vision_encoder.lora.safetensors');
    const base = await loadModel(join(root, 'base/vision_encoder.onnx'));
    const merged = await loadModel(join(folder, 'vision_encoder.onnx'));
    expect(merged.graph).toEqual(base.graph);
    const changed = [...base.initializers].filter(([name, value]) => {
      const now = merged.initializers.get(name)!;
      return !Buffer.from(bytes(value)).equals(Buffer.from(bytes(now)));
    });
    expect(changed.map(([name]) => name)).toEqual([
      'layer0.qkv.weight',
      'layer0.out.weight',
      'layer0.mlp.up.weight',
      'layer0.mlp.down.weight',
    ]);
    const adapter = await LoraAdapter.load(join(folder, 'vision_encoder.lora.safetensors'), base);
    expect(adapter.merge().initializers).toEqual(merged.initializers);
  });

  it('stops early, goes on after a cancel, and ends in the same weights, everything on', async () => {
    const everything = {
      lora,
      accumulation: 2,
      ema: 0.9,
      optimizer: 'lion',
      learningRate: 0.002,
      schedule: 'linear',
      earlyStopping: { patience: 2 },
      freeze: ['head/*.bias'],
      epochs: 12,
    };
    const whole = await adapt(everything);
    expect(whole.failure).toBeUndefined();
    expect(whole.events).toContainEqual(
      expect.objectContaining({
        type: 'log',
        message: expect.stringMatching(/after step \d+ with the weights of step/),
      }),
    );
    const cancel = new AbortController();
    const broken = await adapt(everything, {
      signal: cancel.signal,
      onEvent: (event) => event.type === 'checkpoint' && cancel.abort(),
    });
    expect(broken.failure).toMatchObject({ code: 'cancelled' });
    const resumed = await adapt(everything, { workspace: broken.workspace });
    const weights = (workspace: string) => readFile(join(workspace, 'out/bundle/vision_encoder.safetensors'));
    expect((await weights(resumed.workspace)).equals(await weights(whole.workspace))).toBe(true);
    expect(resumed.result?.['val/accuracy/shape']).toBe(whole.result?.['val/accuracy/shape']);
  });

  it.each([
    ['without a base', { lora }, { base: null, architecture }, 'training.lora: expected null without a "base"'],
    ['of weights that are not there', { lora: { ...lora, targets: ['layr*'] } }, {}, 'found layr*, which names none'],
    ['beside a freeze of nothing', { lora, freeze: ['hed/*'] }, {}, 'found hed/*, which names none'],
  ])('is refused %s', async (_name, changes, input, message) => {
    const { failure } = await run(
      {
        base: 'base',
        architecture: null,
        objective: others,
        training: { ...training, ...changes },
        ...input,
      },
      { root },
    );
    expect(failure).toMatchObject({ code: 'input-invalid', message: expect.stringContaining(message) });
  });
});

describe('finetune with objective contrastive', () => {
  it('trains an encoder of unit vectors that reads pictures only', async () => {
    const { result, failure, workspace } = await run({ objective: contrastive });
    expect(failure).toBeUndefined();
    expect(result?.['val/accuracy/colour']).toBeGreaterThan(0.6);
    const { manifest } = await openBundle(join(workspace, 'out/bundle'));
    const encoder = manifest.components['vision_encoder'];
    expect(encoder?.space?.definition).toMatchObject({ normalised: true, dim: 16 });
    expect(encoder?.inputs.map(({ name }) => name)).toEqual(['pixel_values']);
  });

  it('needs neither attributes nor titles nor pairs', async () => {
    const bare = { ...contrastive, attributes: [], titles: false, coEngagement: false };
    const { failure, workspace } = await run({ objective: bare, training: { ...training, epochs: 1 } });
    expect(failure).toBeUndefined();
    const { manifest } = await openBundle(join(workspace, 'out/bundle'));
    expect(Object.keys(manifest.components)).toEqual(['vision_encoder']);
  });
});

describe('finetune with a text tower', () => {
  const text = { buckets: 512, length: 12, width: 32, depth: 1, matryoshka: [8] };
  const convolutions = [
    { channels: 16, blocks: 0 },
    { channels: 24, blocks: 1 },
  ];
  const dual = { ...contrastive, text };

  it('exports two encoders of one space, in which the words of a colour find its pictures', async () => {
    const { result, failure, workspace } = await run({
      architecture: { ...architecture, convolutions },
      objective: { ...dual, text: { ...text, hardNegatives: { attributes: ['colour'], groupSize: 4 } } },
    });
    expect(failure).toBeUndefined();
    // Of 24 validation pictures with 8 titles.
    expect(result?.['val/text_to_image_r10']).toBeGreaterThan(0.75);
    const bundle = await openBundle(join(workspace, 'out/bundle'));
    const { components, text: encoding, matryoshka, name } = bundle.manifest;
    expect(name).toBe('dual-encoder');
    expect(Object.keys(components)).toEqual(['vision_encoder', 'text_encoder']);
    expect(components['text_encoder']?.space).toEqual(components['vision_encoder']?.space);
    expect(encoding).toMatchObject({ kind: 'hashed-words', buckets: 512, length: 12 });
    expect(matryoshka).toEqual([8]);
    await using session = await openSession(join(bundle.folder, 'text_encoder.onnx'), { threads: 1 });
    const { ids, weights } = feedsOfTexts(['red', 'a red disc', 'blue'], encoding!);
    const { text_features: features } = await session.run(
      { token_ids: int64([3, 12], ids), token_weights: float32([3, 12], weights) },
      ['text_features'],
    );
    const row = (at: number): number[] => [...(features.data as Float32Array).subarray(at * 16, (at + 1) * 16)];
    const cosine = (a: number[], b: number[]): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
    expect(cosine(row(0), row(0))).toBeCloseTo(1, 4);
    expect(cosine(row(0), row(1))).toBeGreaterThan(cosine(row(2), row(1)));
  });

  it('aligns both towers on finished features, and goes on from there after a cancel', async () => {
    const objective = { ...dual, text: { ...text, alignment: { epochs: 6, batchSize: 24, learningRate: 0.003 } } };
    const input = { objective, training: { ...training, epochs: 2 } };
    const whole = await run(input);
    expect(whole.failure).toBeUndefined();
    const names = whole.events.flatMap((event) => (event.type === 'metric' ? [event.name] : []));
    expect(names).toEqual(expect.arrayContaining(['loss/texts', 'alignment/loss/texts']));
    const cancel = new AbortController();
    const onEvent = (event: Event): void => {
      if (event.type === 'metric' && event.name === 'alignment/loss' && event.step === 12) cancel.abort();
    };
    const broken = await run(input, { signal: cancel.signal, onEvent });
    expect(broken.failure).toMatchObject({ code: 'cancelled' });
    const resumed = await run(input, { workspace: broken.workspace });
    for (const name of ['vision_encoder.safetensors', 'text_encoder.safetensors']) {
      const weights = async (workspace: string): Promise<Buffer> => readFile(join(workspace, 'out/bundle', name));
      expect((await weights(resumed.workspace)).equals(await weights(whole.workspace))).toBe(true);
    }
  });

  it('pulls co-engaged items together where there are pairs, and takes SigLIP', async () => {
    const parts = async (objective: Record<string, unknown>): Promise<string[]> => {
      const { failure, events } = await run({ objective, training: { ...training, epochs: 1 } });
      expect(failure).toBeUndefined();
      return events.flatMap((event) => (event.type === 'metric' && event.step === 1 ? [event.name] : []));
    };
    expect(await parts({ ...dual, text: { ...text, loss: 'siglip' } })).toEqual(
      expect.arrayContaining(['loss/texts', 'loss/value/colour', 'loss/neighbours']),
    );
    expect(await parts({ ...dual, coEngagement: false })).not.toContain('loss/neighbours');
  });
});

describe('finetune refuses', () => {
  it.each([
    ['a target that no item has', { objective: { kind: 'classify', targets: ['brand'] } }, 'Target "brand"'],
    ['a patch that does not divide the picture', { architecture: { ...architecture, patch: 7 } }, 'architecture.patch'],
    ['heads that do not divide dim', { architecture: { ...architecture, heads: 3 } }, 'architecture.heads'],
    [
      'a prefix as long as the vector',
      { objective: { ...contrastive, text: { matryoshka: [16] } } },
      'objective.text.matryoshka',
    ],
    ['an architecture beside a base', { base: 'dataset' }, 'Leave one of the two out'],
  ])('%s', async (_name, input, message) => {
    const { failure } = await run(input);
    expect(failure).toMatchObject({ code: 'input-invalid', message: expect.stringContaining(message) });
  });
});
