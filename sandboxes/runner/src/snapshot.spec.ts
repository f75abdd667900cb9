import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpaceDefinition } from '@graft/protocol';
import { expect, it } from 'vitest';
import { Random } from './random.js';
import { Snapshot, SnapshotIndex, writeSnapshot } from './snapshot.js';
import { spaceId, spaceOf } from './space.js';
import { temporaryFolder } from './testing/run-task.js';
import { VectorFile } from './vector-file.js';

const definition: SpaceDefinition = {
  encoderSha256: 'a'.repeat(64),
  preprocessing: { width: 48, height: 48, fit: 'fill', mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  pooling: 'mean',
  normalised: true,
  dim: 3,
  dtype: 'float32',
};
const content = {
  space: spaceOf(definition),
  ids: ['a', 'b'],
  keys: ['1'.repeat(64), '2'.repeat(64)],
  vectors: Float32Array.of(1, 2, 3, 4, 5, 6),
  encodedCount: 2,
  reusedCount: 0,
};

it('names a space by the sha256 of its definition, whatever the order of its fields', () => {
  const reordered = Object.fromEntries(Object.entries(definition).reverse()) as SpaceDefinition;
  expect(spaceId(reordered)).toBe(spaceId(definition));
  expect(spaceId({ ...definition, encoderSha256: 'b'.repeat(64) })).not.toBe(spaceId(definition));
});

it('reads back what was written', async () => {
  const folder = await temporaryFolder();
  await writeSnapshot(folder, content);
  const snapshot = await Snapshot.open(folder);
  const row = new Float32Array(3);
  snapshot.copyRow(snapshot.rowOf('b') as number, row, 0);
  expect([...row]).toEqual([4, 5, 6]);
  expect(snapshot.rowOf('c')).toBeUndefined();
  expect((await readFile(join(folder, 'vectors.safetensors'))).readBigUInt64LE(0) % 8n).toBe(0n);
});

it('refuses a space id that is not that of its definition', async () => {
  const folder = await temporaryFolder();
  await writeSnapshot(folder, content);
  const path = join(folder, 'snapshot.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"normalised": true', '"normalised": false'));
  await expect(Snapshot.open(folder)).rejects.toMatchObject({ code: 'space-mismatch' });
});

it('refuses vectors that are fewer than the manifest says', async () => {
  const folder = await temporaryFolder();
  await writeSnapshot(folder, content);
  const path = join(folder, 'vectors.safetensors');
  await writeFile(path, (await readFile(path)).subarray(0, -4));
  await expect(Snapshot.open(folder)).rejects.toMatchObject({ code: 'artifact-refused' });
});

const DIM = 32;
const ROWS = 2000;

/** Unit vectors around 50 centres, as pictures of 50 kinds of things are. */
function clustered(): Float32Array {
  const random = new Random(5);
  const centres = Array.from({ length: 50 }, () => Float32Array.from({ length: DIM }, () => random.normal()));
  const vectors = new Float32Array(ROWS * DIM);
  for (let row = 0; row < ROWS; row += 1) {
    const centre = centres[row % 50] as Float32Array;
    const vector = centre.map((value) => value + 0.5 * random.normal());
    const norm = Math.hypot(...vector);
    vectors.set(
      vector.map((value) => value / norm),
      row * DIM,
    );
  }
  return vectors;
}

const large = {
  ...content,
  space: spaceOf({ ...definition, dim: DIM }),
  ids: Array.from({ length: ROWS }, (_, row) => `item-${row}`),
  keys: Array.from({ length: ROWS }, (_, row) => String(row).padStart(64, '0')),
  vectors: clustered(),
};

it.each([
  ['f32', 0, 1],
  ['f16', 2 ** -11, 0.99],
  ['int8', 1 / 254, 0.9],
] as const)('stores %s within its precision, read from memory or from the file', async (dtype, error, recall) => {
  const folder = await temporaryFolder();
  await writeSnapshot(folder, { ...large, dtype });
  const { manifest } = await Snapshot.open(folder);
  expect(manifest.dtype).toBe(dtype);
  if (dtype === 'f32') expect(manifest.quantisation).toBeNull();
  else expect(manifest.quantisation?.recall10).toBeGreaterThan(recall);
  const [path, shape] = [join(folder, 'vectors.safetensors'), { dtype, rows: ROWS, dim: DIM }];
  using memory = await VectorFile.open(path, shape);
  using file = await VectorFile.open(path, shape, 0);
  expect([memory.heldInMemory, file.heldInMemory]).toEqual([true, false]);
  expect(file.all()).toEqual(memory.all());
  const worst = memory
    .all()
    .reduce((most, value, at) => Math.max(most, Math.abs(value - (large.vectors[at] as number))), 0);
  expect(worst).toBeLessThanOrEqual(error);
});

it('finds the neighbours that comparing with every row finds, from an index file', async () => {
  const folder = await temporaryFolder();
  const index = { kind: 'hnsw', connectivity: 16, expansionAdd: 64, expansionSearch: 64 } as const;
  await writeSnapshot(folder, { ...large, dtype: 'f16', index });
  using snapshot = await Snapshot.open(folder);
  expect(snapshot.manifest.index).toMatchObject({ ...index, queries: 200 });
  expect(snapshot.manifest.index?.recall10).toBeGreaterThan(0.95);
  const search = SnapshotIndex.open(snapshot);
  expect(search.approximate).toBe(true);
  const query = large.vectors.subarray(7 * DIM, 8 * DIM);
  const found = search.search(query, 5);
  expect(found.rows[0]).toBe(7);
  expect(found.scores[0]).toBeCloseTo(1, 3);
  expect([...found.scores]).toEqual([...found.scores].sort((a, b) => b - a));
  expect(search.searchExactly(query, 5).rows[0]).toBe(7);
  expect(() => search.search(query.subarray(1), 5)).toThrow('expected a vector of 32 numbers, found 31');
});

it('searches exactly without an index, and finds fewer than asked for in a small snapshot', async () => {
  const folder = await temporaryFolder();
  await writeSnapshot(folder, content);
  const search = SnapshotIndex.open(await Snapshot.open(folder));
  expect(search.approximate).toBe(false);
  expect([...search.search(Float32Array.of(4, 5, 6), 10).rows]).toEqual([1, 0]);
});
