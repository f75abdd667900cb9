import { createHash } from 'node:crypto';
import { appendFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel } from '@graft/engine';
import type { BundleManifest } from '@graft/protocol';
import { Snapshot, SnapshotIndex } from '@graft/runner';
import {
  runTask,
  type RunOptions,
  type TaskOutcome,
  temporaryFolder,
  type TinyItem,
  tinyItem,
  tinyItems,
  writeTinyDataset,
} from '@graft/runner/testing';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { embedDataset } from './embed-dataset.js';
import { SHARD_ROWS } from './shard-store.js';
import { writeTinyEncoder } from './testing/tiny-encoder.js';

const COUNT = 600;
let items: TinyItem[];
let root: string;
let spaceId: string;

beforeAll(async () => {
  items = await tinyItems(COUNT);
});

beforeEach(async () => {
  root = await temporaryFolder();
  await writeTinyDataset(join(root, 'dataset'), items);
  spaceId = await writeTinyEncoder(join(root, 'encoder'), 1);
});

async function embed(
  input: Record<string, unknown> = {},
  options: Partial<RunOptions> = {},
): Promise<TaskOutcome & { snapshot: string; workspace: string }> {
  const workspace = options.workspace ?? (await temporaryFolder());
  const outcome = await runTask(
    'embed',
    embedDataset,
    { dataset: 'dataset', encoder: 'encoder', previous: null, ...input },
    { inputsRoot: root, ...options, workspace },
  );
  return { ...outcome, workspace, snapshot: join(workspace, 'out/snapshot') };
}

const rowOf = (snapshot: Snapshot, id: string): number[] => {
  const row = new Float32Array(snapshot.dim);
  snapshot.copyRow(snapshot.rowOf(id) as number, row, 0);
  return [...row];
};

it('writes one vector per item in the space of the encoder', async () => {
  const { result, failure, snapshot } = await embed();
  expect(failure).toBeUndefined();
  expect(result).toEqual({ items: COUNT, encoded: COUNT, reused: 0, dim: 6, spaceId });
  const read = await Snapshot.open(snapshot);
  expect(read.manifest).toMatchObject({
    itemCount: COUNT,
    encodedCount: COUNT,
    reusedCount: 0,
    space: { id: spaceId },
  });
  expect(rowOf(read, 'item-0')).not.toEqual(rowOf(read, 'item-1'));
});

it('encodes again only what changed: 1 % touched is 1 % encoded', async () => {
  const before = await embed();
  await cp(before.snapshot, join(root, 'previous'), { recursive: true });
  const touch = async (item: TinyItem, ordinal: number): Promise<TinyItem> =>
    ordinal % 100 === 0 ? tinyItem(ordinal, item.item.split, 1) : item;
  const touched = await Promise.all(items.map(touch));
  await writeTinyDataset(join(root, 'dataset'), touched);
  const after = await embed({ previous: 'previous' });
  expect(after.result).toMatchObject({ items: COUNT, encoded: COUNT / 100, reused: COUNT - COUNT / 100 });
  const [old, fresh] = [await Snapshot.open(before.snapshot), await Snapshot.open(after.snapshot)];
  expect(rowOf(fresh, 'item-1')).toEqual(rowOf(old, 'item-1'));
  expect(rowOf(fresh, 'item-100')).not.toEqual(rowOf(old, 'item-100'));
});

it('goes on after a cancel from the shards it has, to the same bytes as an unbroken run', async () => {
  const whole = await embed();
  const cancel = new AbortController();
  const broken = await embed(
    {},
    { signal: cancel.signal, onEvent: (event) => event.type === 'checkpoint' && cancel.abort() },
  );
  expect(broken.failure).toMatchObject({ code: 'cancelled' });
  expect(await readdir(join(broken.workspace, 'checkpoint/shards'))).toEqual(expect.arrayContaining(['shard-0.f32']));
  const resumed = await embed({}, { workspace: broken.workspace });
  const encodedNow = resumed.events.filter((event) => event.type === 'checkpoint').length;
  expect(encodedNow).toBe(Math.ceil(COUNT / SHARD_ROWS) - 1);
  const bytes = (folder: string): Promise<Buffer> => readFile(join(folder, 'vectors.safetensors'));
  expect((await bytes(resumed.snapshot)).equals(await bytes(whole.snapshot))).toBe(true);
});

it('refuses a previous snapshot of another space, though the dimension agrees', async () => {
  const { snapshot } = await embed();
  await cp(snapshot, join(root, 'previous'), { recursive: true });
  await writeTinyEncoder(join(root, 'encoder'), 2);
  const { failure } = await embed({ previous: 'previous' });
  expect(failure).toMatchObject({ code: 'space-mismatch', message: expect.stringContaining(spaceId) });
});

it('stores fewer bits, from coarser or equal ones of before, and says what that costs', async () => {
  const fine = await embed();
  await cp(fine.snapshot, join(root, 'previous'), { recursive: true });
  const half = await embed({ previous: 'previous', dtype: 'f16' });
  expect(half.result).toMatchObject({ encoded: 0, reused: COUNT });
  const [exact, stored] = [await Snapshot.open(fine.snapshot), await Snapshot.open(half.snapshot)];
  expect(stored.manifest.quantisation?.recall10).toBeGreaterThan(0.98);
  for (const [at, value] of rowOf(stored, 'item-7').entries())
    expect(value).toBeCloseTo(rowOf(exact, 'item-7')[at] as number, 3);

  await cp(half.snapshot, join(root, 'half'), { recursive: true });
  const finer = await embed({ previous: 'half', dtype: 'f32' });
  expect(finer.failure).toMatchObject({ code: 'input-invalid', message: expect.stringContaining('found f16') });
});

it('builds an index when asked to and says how often it is right', async () => {
  const { snapshot, result } = await embed({ index: { kind: 'hnsw' } });
  expect(result).toMatchObject({ items: COUNT });
  const read = await Snapshot.open(snapshot);
  expect(read.manifest.index).toMatchObject({ kind: 'hnsw', connectivity: 16, queries: 200 });
  expect(read.manifest.index?.recall10).toBeGreaterThan(0.95);
  const index = SnapshotIndex.open(read);
  const query = Float32Array.from(rowOf(read, 'item-42'));
  expect(index.search(query, 3).rows[0]).toBe(read.rowOf('item-42'));
});

it('refuses an encoder whose graph names another space than its manifest, though the dimension agrees', async () => {
  const graph = join(root, 'encoder/vision_encoder.onnx');
  expect((await loadModel(graph)).metadata).toEqual({ 'graft.space_id': spaceId });
  const other = await writeTinyEncoder(join(root, 'other'), 2);
  const renamed = (await readFile(graph, 'latin1')).replace(spaceId, other);
  await writeFile(graph, renamed, 'latin1');
  const manifest = await readFile(join(root, 'encoder/bundle.json'), 'utf8');
  const { components } = JSON.parse(manifest) as BundleManifest;
  const sha256 = createHash('sha256').update(renamed, 'latin1').digest('hex');
  await writeFile(
    join(root, 'encoder/bundle.json'),
    manifest.replace(components['vision_encoder']?.graph.sha256 ?? '', sha256),
  );
  expect((await embed()).failure).toMatchObject({ code: 'space-mismatch', message: expect.stringContaining(other) });
});

it('refuses an encoder whose weights are not those of its manifest', async () => {
  await appendFile(join(root, 'encoder/vision_encoder.safetensors'), 'x');
  expect((await embed()).failure).toMatchObject({ code: 'artifact-refused' });
});

it('says which picture does not decode', async () => {
  const broken = items
    .slice(0, 3)
    .map((item, index) => (index === 1 ? { ...item, picture: Buffer.from('no picture') } : item));
  await mkdir(join(root, 'dataset'), { recursive: true });
  await writeTinyDataset(join(root, 'dataset'), broken);
  expect((await embed()).failure).toMatchObject({
    code: 'input-invalid',
    message: expect.stringContaining('item item-1'),
  });
});
