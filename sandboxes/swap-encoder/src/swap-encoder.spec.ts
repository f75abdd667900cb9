import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphBuilder, saveModel } from '@graft/engine';
import { type Event, PreflightReport, type SpaceDefinition, TrainingParameters } from '@graft/protocol';
import {
  openBundle,
  Random,
  sha256OfFile,
  spaceOf,
  writeBundleManifest,
  writeComponent,
  writeSnapshot,
} from '@graft/runner';
import {
  runTask,
  type TaskOutcome,
  temporaryFolder,
  type TinyItem,
  tinyItems,
  writeTinyDataset,
} from '@graft/runner/testing';
import { beforeAll, expect, it } from 'vitest';
import { swapEncoder } from './swap-encoder.js';

const DIM = 8;
const WIDTH = 12;
const definition: SpaceDefinition = {
  encoderSha256: 'c'.repeat(64),
  preprocessing: { width: 8, height: 8, fit: 'fill', mean: [0, 0, 0], std: [1, 1, 1] },
  pooling: 'mean',
  normalised: false,
  dim: DIM,
  dtype: 'float32',
};
const training = TrainingParameters.parse({ epochs: 30, batchSize: 32, learningRate: 0.01, checkpointEvery: 10 });
let root: string;
let items: TinyItem[];

/** Vectors that tell the colour and nothing of the shape. */
async function writeVectors(name: string, items: readonly TinyItem[], keys: readonly string[]): Promise<void> {
  const random = new Random(5);
  const colours = ['red', 'green', 'blue', 'yellow'];
  const vectors = new Float32Array(items.length * DIM).map(() => 0.3 * random.normal());
  for (const [row, { item }] of items.entries())
    vectors[row * DIM + colours.indexOf(item.attributes['colour'] as string)]! += 1;
  await writeSnapshot(join(root, name), {
    space: spaceOf(definition),
    ids: items.map(({ item }) => item.id),
    keys,
    vectors,
    encodedCount: items.length,
    reusedCount: 0,
  });
}

async function pictureHashes(): Promise<string[]> {
  const lines = (await readFile(join(root, 'dataset/items.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { image: { sha256: string } }).image.sha256);
}

beforeAll(async () => {
  root = await temporaryFolder();
  items = await tinyItems(160);
  await writeTinyDataset(join(root, 'dataset'), items);
  const keys = await pictureHashes();
  await writeVectors('snapshot', items, keys);
  await writeVectors('short', items.slice(0, 150), keys.slice(0, 150));
  await writeVectors('stale', items, ['f'.repeat(64), ...keys.slice(1)]);
  const g = new GraphBuilder({ seed: 1 });
  const head = g.toModel({ 'logits.usage': g.linear(g.input('image_features', 'float32', ['n', WIDTH]), 'usage', 2) });
  await mkdir(join(root, 'base'));
  const component = await writeComponent(join(root, 'base'), 'head', head, saveModel);
  await writeBundleManifest(join(root, 'base'), {
    format: 'graft-bundle',
    formatVersion: 1,
    name: 'stock',
    components: { head: component },
    labels: { usage: ['a', 'b'] },
    metadata: {},
  });
});

interface Options {
  readonly workspace?: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: Event) => void;
}

async function swap(
  input: Record<string, unknown> = {},
  options: Options = {},
): Promise<TaskOutcome & { workspace: string }> {
  const workspace = options.workspace ?? (await temporaryFolder());
  const task = {
    dataset: 'dataset',
    base: 'base',
    snapshot: 'snapshot',
    targets: ['colour'],
    projector: { hidden: 16 },
    training,
    ...input,
  };
  return {
    workspace,
    ...(await runTask('swap-encoder', swapEncoder, task, { ...options, inputsRoot: root, workspace })),
  };
}

it.each([16, 0])(
  'learns from stored vectors with %i hidden units and writes a bundle that reads no picture',
  async (hidden) => {
    const { result, failure, workspace } = await swap({ projector: { hidden } });
    expect(failure).toBeUndefined();
    expect(result?.['val/accuracy/colour']).toBeGreaterThan(0.85);
    const { manifest } = await openBundle(join(workspace, 'out/bundle'));
    expect(Object.keys(manifest.components)).toEqual(['item_projector', 'head']);
    expect(manifest.preprocessing).toBeUndefined();
    expect(manifest.components['item_projector']?.space).toEqual(spaceOf(definition));
    expect(manifest.components['item_projector']?.outputs[0]?.shape).toEqual(['n', WIDTH]);
  },
);

it('finds nothing where the vectors tell nothing', async () => {
  const { result } = await swap({ targets: ['shape'] });
  expect(result?.['val/accuracy/shape']).toBeLessThan(0.75);
});

it('starts from the head of the base where it answers the same labels', async () => {
  const first = await swap();
  await cp(join(first.workspace, 'out/bundle'), join(root, 'swapped-base'), { recursive: true });
  const { result, failure } = await swap({ base: 'swapped-base', training: { ...training, epochs: 2 } });
  expect(failure).toBeUndefined();
  expect(result).toMatchObject({ spaceId: spaceOf(definition).id });
});

it('goes on from its checkpoint to the very weights of an unbroken run', async () => {
  const whole = await swap();
  const cancel = new AbortController();
  const broken = await swap(
    {},
    { signal: cancel.signal, onEvent: (event) => event.type === 'checkpoint' && event.step === 30 && cancel.abort() },
  );
  expect(broken.failure).toMatchObject({ code: 'cancelled' });
  const resumed = await swap({}, { workspace: broken.workspace });
  const hash = (workspace: string): Promise<string> =>
    sha256OfFile(join(workspace, 'out/bundle/item_projector.safetensors'));
  expect(await hash(resumed.workspace)).toBe(await hash(whole.workspace));
});

it.each([
  ['that lacks items', 'short', '10 have none (the first: item-150)'],
  ['of pictures that have changed since', 'stale', '1 of 160 items have another picture'],
])('refuses a snapshot %s', async (_name, snapshot, message) => {
  const { failure } = await swap({ snapshot });
  expect(failure).toMatchObject({ code: 'input-invalid', message: expect.stringContaining(message) });
});

it('shows before training what it would read, and writes nothing else', async () => {
  const { failure, workspace } = await swap({ preflight: true });
  expect(failure).toBeUndefined();
  expect(await readdir(join(workspace, 'out'))).toEqual(['preflight']);
  const text = await readFile(join(workspace, 'out/preflight/preflight.json'), 'utf8');
  const report = PreflightReport.parse(JSON.parse(text));
  expect(report).toMatchObject({ recipe: 'swap-encoder', items: { train: 120, validation: 40 }, texts: null });
  expect(report.duplicates.nearPictures).toBeNull();
  expect(report.examples[0]).toMatchObject({ picture: null, vector: { dim: DIM }, tokens: null });
  expect(report.examples[0]?.labels).toMatchObject([{ target: 'colour', counted: true }]);
});

it('refuses adapters of a projector that is new', async () => {
  const lora = { rank: 4, alpha: 8, targets: ['*'] };
  const { failure } = await swap({ training: { ...training, lora } });
  expect(failure).toMatchObject({ code: 'input-invalid', message: expect.stringContaining('training.lora') });
});
