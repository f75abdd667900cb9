import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpaceDefinition } from '@graft/protocol';
import { expect, it } from 'vitest';
import { Snapshot, writeSnapshot } from './snapshot.js';
import { spaceId, spaceOf } from './space.js';
import { temporaryFolder } from './testing/run-task.js';

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
