import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { multipartBody } from './multipart.js';
import { defaultColumns, planImport, type ImportPlan, type ImportRequest } from './plan.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-cli-plan-'));
  await mkdir(join(folder, 'pictures'));
  await writeFile(join(folder, 'pictures/a.jpg'), 'AAAA');
  await writeFile(join(folder, 'pictures/b "2".jpg'), 'BB');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const request = (over: Partial<ImportRequest> = {}): ImportRequest => ({
  source: folder,
  columns: defaultColumns,
  missingSplit: 'refuse',
  ...over,
});

/** Parses the body as a server would. */
async function received(plan: ImportPlan): Promise<FormData> {
  const boundary = 'graft-boundary';
  const body = ReadableStream.from(multipartBody(plan, boundary, () => {}));
  return new Response(body, { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }).formData();
}

const textOf = async (entry: File | string | null): Promise<string> =>
  entry instanceof File ? entry.text() : (entry ?? '');

describe('a folder of pictures', () => {
  it('sends each named picture once and says which are missing', async () => {
    await writeFile(
      join(folder, 'manifest.csv'),
      'id,file\n1,pictures/a.jpg\n2,pictures/a.jpg\n3,pictures/gone.jpg\n4,"pictures/b ""2"".jpg"\n',
    );
    const plan = await planImport(request());
    expect(plan).toMatchObject({
      format: 'csv',
      rows: 4,
      bytes: 6,
      missing: ['pictures/gone.jpg'],
      rewritten: null,
      pairsPath: null,
    });
    expect(plan.files.map(({ name }) => name)).toEqual(['pictures/a.jpg', 'pictures/b "2".jpg']);
  });

  it('sends options, manifest, pairs and pictures, in this order', async () => {
    await writeFile(join(folder, 'manifest.jsonl.gz'), gzipSync('{"id":"1","file":"pictures/a.jpg"}\nnot json\n'));
    await writeFile(join(folder, 'pairs.csv'), 'item_a,item_b\n');
    const form = await received(await planImport(request()));
    expect([...form.keys()]).toEqual(['options', 'manifest', 'pairs', 'file']);
    expect(JSON.parse(await textOf(form.get('options')))).toMatchObject({
      manifest: 'jsonl',
      columns: { id: 'id', attributes: null },
      missingSplit: 'refuse',
    });
    expect(await textOf(form.get('manifest'))).toBe('{"id":"1","file":"pictures/a.jpg"}\nnot json\n');
    expect(await textOf(form.get('file'))).toBe('AAAA');
  });

  it('never sends a file from outside the folder', async () => {
    await writeFile(join(folder, '../graft-cli-plan-secret'), 'secret');
    await writeFile(
      join(folder, 'manifest.csv'),
      'id,file\n1,../graft-cli-plan-secret\n2,/etc/passwd\n3,pictures/a.jpg\n',
    );
    const plan = await planImport(request());
    await rm(join(folder, '../graft-cli-plan-secret'));
    expect(plan.files.map(({ name }) => name)).toEqual(['pictures/a.jpg']);
    expect(plan.missing).toEqual(['../graft-cli-plan-secret', '/etc/passwd']);
  });

  it('says which column is missing and how to name it', async () => {
    await writeFile(join(folder, 'manifest.csv'), 'sku,picture\n1,a.jpg\n');
    await expect(planImport(request())).rejects.toThrow(
      'expected a column "id", found sku, picture; name the right one with --id-column',
    );
  });

  it('says that there is no manifest', async () => {
    await expect(planImport(request())).rejects.toThrow('name it with --manifest FILE');
  });
});

describe('packed pictures', () => {
  const packed = { offset: 'offset', length: 'length' };
  const columns = { ...defaultColumns, file: 'shard' };

  it('sends ranges of the pack under names of their own, and rows that name them', async () => {
    await writeFile(join(folder, 'pack.bin'), '0123456789');
    await writeFile(
      join(folder, 'products.csv.gz'),
      gzipSync(
        'id,shard,offset,length,colour\n1,pack.bin,0,4,red\n2,pack.bin,4,6,blue\n3,pack.bin,8,5,red\n4,pack.bin,x,1,red\n',
      ),
    );
    const plan = await planImport(request({ manifest: join(folder, 'products.csv.gz'), packed, columns }));
    expect(plan.missing).toEqual(['pack.bin@8+5', 'pack.bin@NaN+1']);
    const form = await received(plan);
    expect(await Promise.all(form.getAll('file').map(textOf))).toEqual(['0123', '456789']);
    const rows = (await textOf(form.get('manifest')))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(rows[1]).toEqual({ id: '2', shard: 'pack.bin@4+6', colour: 'blue' });
    expect(JSON.parse(await textOf(form.get('options')))).toMatchObject({
      manifest: 'jsonl',
      columns: { file: 'shard' },
    });
  });

  it('reads 2,000 ranges of one pack and hears how far it is', async () => {
    await writeFile(join(folder, 'pack.bin'), Buffer.alloc(20_000, 7));
    const rows = Array.from({ length: 2000 }, (_, i) => `${i},pack.bin,${i * 10},10`);
    await writeFile(join(folder, 'manifest.csv'), `id,shard,offset,length\n${rows.join('\n')}\n`);
    const plan = await planImport(request({ packed, columns }));
    let last = [0, 0];
    let size = 0;
    for await (const chunk of multipartBody(plan, 'b', (bytes, files) => (last = [bytes, files]))) size += chunk.length;
    expect(last).toEqual([20_000, 2000]);
    expect(size).toBeGreaterThan(20_000);
  });
});
