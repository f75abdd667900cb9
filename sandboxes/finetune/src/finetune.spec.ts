import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Event, TrainingParameters, VisionArchitecture } from '@graft/protocol';
import { openBundle } from '@graft/runner';
import { runTask, type TaskOutcome, temporaryFolder, tinyItems, writeTinyDataset } from '@graft/runner/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { finetune } from './finetune.js';

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
    expect([...names]).toEqual(
      expect.arrayContaining(['loss', 'learning_rate', 'images_per_second', 'loss/colour', 'val/accuracy/shape']),
    );
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

describe('finetune refuses', () => {
  it.each([
    ['a target that no item has', { objective: { kind: 'classify', targets: ['brand'] } }, 'Target "brand"'],
    ['a patch that does not divide the picture', { architecture: { ...architecture, patch: 7 } }, 'architecture.patch'],
    ['heads that do not divide dim', { architecture: { ...architecture, heads: 3 } }, 'architecture.heads'],
    ['an architecture beside a base', { base: 'dataset' }, 'Leave one of the two out'],
  ])('%s', async (_name, input, message) => {
    const { failure } = await run(input);
    expect(failure).toMatchObject({ code: 'input-invalid', message: expect.stringContaining(message) });
  });
});
