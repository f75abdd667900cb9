import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatasetItem, DatasetManifest, ImportProblem } from '@graft/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArtifactsService, contentHash } from '../artifacts/index.js';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';
import { ImportCompletionService, ImportsService, type ImportOutcome } from './index.js';

const database = useDatabase();
let testApp: TestApp;
let headers: { authorization: string };
let nextName = 0;

beforeAll(async () => {
  testApp = await startTestApp(database.url);
  headers = await testApp.signedIn('researcher');
});
afterAll(() => testApp.close());

interface Answer {
  readonly id: string;
  readonly state: string;
  readonly versionId: string | null;
}

async function createDataset(): Promise<string> {
  const answer = await testApp.app.inject({
    method: 'POST',
    url: '/api/datasets',
    headers,
    payload: { name: `catalogue-${nextName++}`, tier: 'internal' },
  });
  expect(answer.statusCode).toBe(201);
  return answer.json<Answer>().id;
}

type Part = [name: string, content: string | Buffer, fileName?: string];

function multipart(parts: Part[], end = '--frontier--\r\n'): { headers: Record<string, string>; payload: Buffer } {
  const body = parts.flatMap(([name, content, fileName]) => [
    `--frontier\r\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n\r\n`,
    content,
    '\r\n',
  ]);
  return {
    headers: { ...headers, 'content-type': 'multipart/form-data; boundary=frontier' },
    payload: Buffer.concat([...body, end].map((piece) => Buffer.from(piece))),
  };
}

const goodParts: Part[] = [
  ['options', '{"manifest":"csv","columns":{"id":"sku"}}'],
  ['manifest', 'sku,file\n1,images/ä.jpg\n', 'm.csv'],
  ['pairs', 'a,b,weight\n', 'pairs.csv'],
  ['file', Buffer.from([0xff, 0xd8, 0x0d, 0x0a, 0xff]), 'images/ä.jpg'],
  ['file', 'second', 'images/2.jpg'],
];

async function upload(datasetId: string, parts: Part[] = goodParts, end?: string) {
  return testApp.app.inject({ method: 'POST', url: `/api/datasets/${datasetId}/imports`, ...multipart(parts, end) });
}

const get = async <T>(url: string): Promise<T> => (await testApp.app.inject({ url, headers })).json<T>();
const folderOf = (id: string): string => path.join(testApp.home, 'uploads', id);

/** What the import recipe would have written for these items. */
async function aDataset(items: DatasetItem[], images: string, counted = items.length): Promise<string> {
  const manifest: DatasetManifest = {
    format: 'graft-dataset',
    formatVersion: 1,
    itemCount: counted,
    splitCounts: { train: counted, val: 0, test: 0 },
    pairCount: 0,
    attributes: { color: [{ value: 'red', count: 1 }] },
  };
  return aTree({
    'dataset.json': JSON.stringify(manifest),
    'items.jsonl': items.map((item) => `${JSON.stringify(item)}\n`).join(''),
    'images.bin': images,
  });
}

async function aTree(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-tree-'));
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  const { hash } = await testApp.app.get(ArtifactsService).putTree(folder, 'internal');
  await rm(folder, { recursive: true });
  return hash;
}

function anItem(id: string, changes: Partial<DatasetItem> = {}): DatasetItem {
  return {
    id,
    title: `Item ${id}`,
    attributes: { color: 'red' },
    split: 'train',
    image: { offset: 2, length: 3, sha256: contentHash('cde'), width: 1, height: 1, format: 'png' },
    ...changes,
  };
}

const problem: ImportProblem = { row: 2, itemId: '2', code: 'file-missing', message: 'no such file' };

async function succeeded(datasetTree: string): Promise<ImportOutcome> {
  return {
    datasetTree,
    problemsTree: await aTree({ 'problems.jsonl': `${JSON.stringify(problem)}\n` }),
    result: { rows: 3, accepted: 2, rejected: 1 },
  };
}

const complete = (id: string, outcome: ImportOutcome): Promise<void> =>
  testApp.app.get(ImportCompletionService).complete(id, outcome);

describe('an upload', () => {
  it('is on disk, byte for byte, when it is acknowledged', async () => {
    const answer = await upload(await createDataset());
    expect(answer.statusCode).toBe(202);
    const { id, state } = answer.json<Answer>();
    expect(state).toBe('queued');
    const index = (await readFile(path.join(folderOf(id), 'files.jsonl'), 'utf8')).trim().split('\n');
    expect(index.map((line) => JSON.parse(line) as object)).toEqual([
      { name: 'images/ä.jpg', offset: 0, length: 5 },
      { name: 'images/2.jpg', offset: 5, length: 6 },
    ]);
    expect(await readFile(path.join(folderOf(id), 'files.bin'))).toEqual(
      Buffer.concat([Buffer.from([0xff, 0xd8, 0x0d, 0x0a, 0xff]), Buffer.from('second')]),
    );
    expect(await readFile(path.join(folderOf(id), 'manifest.csv'), 'utf8')).toContain('sku,file');
    const [row] = await database.query<{ options: object }>('SELECT options FROM imports WHERE id = $1', [id]);
    expect(row?.options).toMatchObject({
      manifest: 'csv',
      missingSplit: 'refuse',
      columns: { id: 'sku', file: 'file' },
    });
  });

  it.each<[string, Part[], object]>([
    ['without options', goodParts.slice(1), { status: 422, errors: [{ field: 'options' }] }],
    [
      'with an option nobody knows',
      [['options', '{"manifest":"csv","fast":true}'], ...goodParts.slice(1)],
      { status: 422, errors: [{ field: 'options.fast' }] },
    ],
    ['without a manifest', [goodParts[0]!, ...goodParts.slice(3)], { status: 422, errors: [{ field: 'manifest' }] }],
    [
      'with a part nobody knows',
      [...goodParts, ['extra', 'x', 'x.txt']],
      { status: 422, errors: [{ field: 'extra' }] },
    ],
  ])('%s is refused, names the field and leaves nothing', async (_case, parts, refusal) => {
    const datasetId = await createDataset();
    const answer = await upload(datasetId, parts);
    expect(answer.json()).toMatchObject(refusal);
    const { items } = await get<{ items: Answer[] }>(`/api/datasets/${datasetId}/imports`);
    expect(items).toMatchObject([{ state: 'failed', failure: { code: 'input-invalid' } }]);
    expect(existsSync(folderOf(items[0]!.id))).toBe(false);
  });

  it('that breaks off is refused', async () => {
    const answer = await upload(await createDataset(), goodParts, '');
    expect(answer.json()).toMatchObject({ status: 422, code: 'upload-malformed' });
  });

  it('into a dataset that does not exist is refused', async () => {
    expect((await upload('01a20536-678f-7e05-aa40-6afdbde89c18')).json()).toMatchObject({
      status: 404,
      code: 'not-found',
    });
  });
});

describe('an import', () => {
  async function queued(): Promise<{ datasetId: string; id: string }> {
    const datasetId = await createDataset();
    return { datasetId, id: (await upload(datasetId)).json<Answer>().id };
  }

  it('becomes a version with all its items and problems, once, however often its end is told', async () => {
    const { datasetId, id } = await queued();
    await testApp.app.get(ImportsService).reportProgress(id, 0.5, 'pictures');
    expect(await get(`/api/imports/${id}`)).toMatchObject({ state: 'running', progress: 0.5, phase: 'pictures' });

    const outcome = await succeeded(
      await aDataset(
        [
          anItem('a\\1'.replace('\\', '-')),
          anItem('b', { title: 'tab\tand\nline \\N', attributes: { color: 'blue "x"' } }),
        ],
        'abcdefgh',
      ),
    );
    await Promise.all([complete(id, outcome), complete(id, outcome)]);
    await complete(id, outcome);

    const done = await get<Answer>(`/api/imports/${id}`);
    expect(done).toMatchObject({ state: 'succeeded', rows: 3, accepted: 2, rejected: 1, progress: 1 });
    expect(await get(`/api/datasets/${datasetId}/versions`)).toMatchObject({
      total: 1,
      items: [{ id: done.versionId, version: 1, itemCount: 2 }],
    });
    expect(await get(`/api/datasets/${datasetId}`)).toMatchObject({
      versionCount: 1,
      latestVersion: { id: done.versionId },
    });
    expect(await get(`/api/imports/${id}/problems`)).toEqual({ items: [problem], total: 1 });

    const items = `/api/dataset-versions/${done.versionId}/items`;
    expect(await get(`${items}?q=TAB`)).toMatchObject({
      total: 1,
      items: [{ id: 'b', title: 'tab\tand\nline \\N', attributes: { color: 'blue "x"' } }],
    });
    expect(await get(`${items}?attribute.color=red`)).toMatchObject({ total: 1, items: [{ id: 'a-1' }] });
    expect(await get(`${items}?split=val`)).toMatchObject({ total: 0 });
    expect(await get(`${items}?colour=red`)).toMatchObject({ status: 422, errors: [{ field: 'colour' }] });
  });

  it('shows the pictures of its version, to be kept for ever', async () => {
    const { id } = await queued();
    await complete(id, await succeeded(await aDataset([anItem('a')], 'abcdefgh')));
    const url = `/api/dataset-versions/${(await get<Answer>(`/api/imports/${id}`)).versionId}/items/a/picture`;
    const picture = await testApp.app.inject({ url, headers });
    expect(picture.body).toBe('cde');
    expect(picture.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': '3',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=31536000, immutable',
    });
    const again = await testApp.app.inject({
      url,
      headers: { ...headers, 'if-none-match': String(picture.headers['etag']) },
    });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect((await testApp.app.inject({ url: url.replace('/a/', '/z/'), headers })).statusCode).toBe(404);
  });

  it.each<[string, () => Promise<string>, string]>([
    ['items that are missing', () => aDataset([anItem('a')], 'abcdefgh', 2), 'counts 2 items, items.jsonl has 1'],
    ['an id twice', () => aDataset([anItem('a'), anItem('a')], 'abcdefgh'), 'Two items have the id a'],
    ['a picture outside the images', () => aDataset([anItem('a')], 'ab'), 'outside images.bin'],
    ['no items', () => aDataset([], ''), 'no items'],
    ['no dataset.json', () => aTree({ 'x.txt': 'x' }), 'no file dataset.json'],
    [
      'an items.jsonl that is no JSON',
      () => aTree({ 'dataset.json': '{', 'items.jsonl': '', 'images.bin': '' }),
      'JSON',
    ],
  ])('with %s fails, says why and adds no version', async (_case, tree, why) => {
    const { datasetId, id } = await queued();
    await complete(id, await succeeded(await tree()));
    const failed = await get<{ state: string; failure: { code: string; message: string } }>(`/api/imports/${id}`);
    expect(failed).toMatchObject({ state: 'failed', failure: { code: 'artifact-refused' } });
    expect(failed.failure.message).toContain(why);
    expect(await get(`/api/datasets/${datasetId}/versions`)).toEqual({ items: [], total: 0 });
  });

  it('gets a number of its own beside another one of the same dataset', async () => {
    const datasetId = await createDataset();
    const ids = [(await upload(datasetId)).json<Answer>().id, (await upload(datasetId)).json<Answer>().id];
    const outcome = await succeeded(await aDataset([anItem('a')], 'abcdefgh'));
    await Promise.all(ids.map((id) => complete(id, outcome)));
    const { items } = await get<{ items: { version: number }[] }>(`/api/datasets/${datasetId}/versions`);
    expect(items.map(({ version }) => version)).toEqual([2, 1]);
  });
});
