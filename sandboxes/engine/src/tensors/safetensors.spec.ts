import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SafetensorsFile, writeSafetensors } from './safetensors.js';
import { float32, int64, tensor, type Tensor } from './tensor.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-engine-spec-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A file with the given header text and data, as another program might write it. */
async function foreign(header: string, data: Uint8Array): Promise<string> {
  const path = join(folder, 'foreign.safetensors');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  await writeFile(path, Buffer.concat([length, Buffer.from(header), data]));
  return path;
}

describe('safetensors', () => {
  it('reads back what was written: types, shapes, metadata', async () => {
    const path = join(folder, 'all.safetensors');
    const tensors = new Map<string, Tensor>([
      ['bytes', tensor('uint8', [3], Uint8Array.of(1, 2, 3))],
      ['ids', int64([2], [7, -7])],
      ['scalar', float32([], [0.5])],
      ['empty', float32([0, 4], [])],
      ['matrix', float32([2, 2], [1, 2, 3, 4])],
    ]);
    await writeSafetensors(path, tensors, { space: 'abc' });
    await using file = await SafetensorsFile.open(path);
    expect(file.metadata).toEqual({ space: 'abc' });
    for (const [name, value] of tensors) expect(await file.read(name)).toEqual(value);
  });

  it('reads rows by range', async () => {
    const path = join(folder, 'rows.safetensors');
    await writeSafetensors(path, new Map([['rows', float32([4, 2], [0, 1, 10, 11, 20, 21, 30, 31])]]));
    await using file = await SafetensorsFile.open(path);
    expect(await file.readRows('rows', 1, 3)).toEqual(float32([2, 2], [10, 11, 20, 21]));
    await expect(file.readRows('rows', 3, 5)).rejects.toThrow(/expected rows 3 to 5 of "rows", found shape \[4, 2\]/);
  });

  it('reads a header that ends anywhere', async () => {
    const path = await foreign(
      '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      new Uint8Array(Float32Array.of(2).buffer),
    );
    await using file = await SafetensorsFile.open(path);
    expect(await file.read('x')).toEqual(float32([1], [2]));
  });

  it.each([
    [
      'data beyond the end',
      '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
      /tensor "x": expected data inside the file/,
    ],
    [
      'a size that is not the shape',
      '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}',
      /tensor "x": expected 8 bytes for shape \[2\], found 4/,
    ],
    [
      'an unknown type',
      '{"x":{"dtype":"F3","shape":[1],"data_offsets":[0,4]}}',
      /tensor "x": expected a known dtype, found "F3"/,
    ],
  ])('refuses %s', async (_, header, message) => {
    await expect(SafetensorsFile.open(await foreign(header, new Uint8Array(4)))).rejects.toThrow(message);
  });

  it('refuses a file that is none', async () => {
    const path = join(folder, 'none.safetensors');
    await writeFile(path, 'not a tensor');
    await expect(SafetensorsFile.open(path)).rejects.toThrow(/expected a safetensors header/);
  });
});
