import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImportProblem, ImportProblem as ProblemSchema } from '@graft/protocol';
import { Dataset } from '@graft/runner';
import { runTask, type TaskOutcome, temporaryFolder } from '@graft/runner/testing';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { importDataset } from './import-dataset.js';

const COLUMNS = { id: 'id', file: 'file', title: 'title', split: 'split', attributes: null };
let good: Buffer;
let files: Record<string, Buffer>;

beforeAll(async () => {
  const solid = (side: number): Sharp =>
    sharp({ create: { width: side, height: side, channels: 3, background: '#c33' } });
  good = await solid(16).jpeg().toBuffer();
  const noise = sharp({
    create: {
      width: 60,
      height: 60,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  });
  files = {
    'good.jpg': good,
    'good.webp': await solid(16).webp().toBuffer(),
    'cut.jpg': (await noise.clone().jpeg().toBuffer()).subarray(0, 1500),
    'text.jpg': Buffer.from('this is not a picture'),
    'empty.jpg': Buffer.alloc(0),
    'drawing.svg': Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    ),
    'wide.png': await solid(80).png().toBuffer(),
    'heavy.png': await noise.clone().png().toBuffer(),
  };
});

interface ImportOutcome extends TaskOutcome {
  readonly problems: ImportProblem[];
  readonly workspace: string;
}

async function importManifest(
  name: string,
  content: string,
  options: { input?: Record<string, unknown>; pairs?: string } = {},
): Promise<ImportOutcome> {
  const root = await temporaryFolder();
  const upload = join(root, 'upload');
  await mkdir(upload);
  let offset = 0;
  const index = Object.entries(files).map(([file, bytes]) => {
    const line = JSON.stringify({ name: file, offset, length: bytes.length });
    offset += bytes.length;
    return `${line}\n`;
  });
  await writeFile(join(upload, 'files.bin'), Buffer.concat(Object.values(files)));
  await writeFile(join(upload, 'files.jsonl'), index.join(''));
  await writeFile(join(upload, name), content);
  if (options.pairs !== undefined) await writeFile(join(upload, 'pairs.csv'), options.pairs);
  const workspace = join(root, 'workspace');
  const input = {
    upload: 'upload',
    manifest: name.endsWith('csv') ? 'csv' : 'jsonl',
    columns: COLUMNS,
    maxImageBytes: 6000,
    maxImagePixels: 70 * 70,
    ...options.input,
  };
  const outcome = await runTask('import', importDataset, input, { inputsRoot: root, workspace });
  const listed = await readFile(join(workspace, 'out/problems/problems.jsonl'), 'utf8').catch(() => '');
  return {
    ...outcome,
    workspace,
    problems: listed
      .split('\n')
      .filter(Boolean)
      .map((line) => ProblemSchema.parse(JSON.parse(line))),
  };
}

const csv = (...rows: string[]): string => ['id,file,title,split,colour', ...rows].join('\n');

describe('importDataset', () => {
  it('takes good rows with their attributes, pictures and splits', async () => {
    const { result, workspace, problems } = await importManifest(
      'manifest.csv',
      `\uFEFF${csv('a,good.jpg,"Chair, red",train,red', 'b,good.webp,Lamp,VAL,')}`,
    );
    expect(problems).toEqual([]);
    expect(result).toMatchObject({ rows: 2, accepted: 2, rejected: 0, splitCounts: { train: 1, val: 1, test: 0 } });
    await using dataset = await Dataset.open(join(workspace, 'out/dataset'));
    expect(dataset.items[0]).toMatchObject({
      id: 'a',
      title: 'Chair, red',
      attributes: { colour: 'red' },
      split: 'train',
      image: { format: 'jpeg', width: 16 },
    });
    expect(dataset.items[1]).toMatchObject({ attributes: {}, image: { format: 'webp' } });
    expect(await dataset.readPicture(dataset.items[1] as never)).toEqual(files['good.webp']);
    expect(dataset.manifest.attributes).toEqual({ colour: [{ value: 'red', count: 1 }] });
  });

  it.each([
    ['too few fields', 'b,good.jpg', 'row-unreadable', 'Expected 5 fields'],
    ['no id', ',good.jpg,t,train,red', 'field-missing', 'Field "id"'],
    ['no file', 'b,,t,train,red', 'field-missing', 'Field "file"'],
    ['no split', 'b,good.jpg,t,,red', 'field-missing', 'Field "split"'],
    ['a bad id', '../b,good.jpg,t,train,red', 'field-invalid', 'found "../b"'],
    ['a long value', `b,good.jpg,t,train,${'r'.repeat(300)}`, 'field-invalid', 'at most 256 characters, found 300'],
    ['a control character', 'b,good.jpg,t\u0007,train,red', 'field-invalid', 'Field "title"'],
    ['an id that is taken', 'a,good.jpg,t,train,red', 'duplicate-id', 'already the id of row 1'],
    ['an unknown split', 'b,good.jpg,t,holdout,red', 'unknown-split', 'expected train, val or test, found "holdout"'],
    ['a missing file', 'b,gone.jpg,t,train,red', 'file-missing', 'gone.jpg'],
    ['a picture that is cut off', 'b,cut.jpg,t,train,red', 'image-broken', 'cut.jpg'],
    ['a picture that is text', 'b,text.jpg,t,train,red', 'image-broken', 'text.jpg'],
    ['an empty picture', 'b,empty.jpg,t,train,red', 'image-broken', 'empty.jpg'],
    ['a drawing with a program in it', 'b,drawing.svg,t,train,red', 'image-broken', 'drawing.svg'],
    ['too many pixels', 'b,wide.png,t,train,red', 'image-too-large', '80 x 80'],
    ['too many bytes', 'b,heavy.png,t,train,red', 'image-too-large', 'at most 6000 bytes'],
  ])('refuses a row with %s and keeps the others', async (_name, row, code, message) => {
    const { result, problems } = await importManifest(
      'manifest.csv',
      csv('a,good.jpg,t,train,red', row, 'z,good.jpg,t,val,red'),
    );
    expect(problems).toEqual([expect.objectContaining({ row: 2, code, message: expect.stringContaining(message) })]);
    expect(result).toMatchObject({ rows: 3, accepted: 2, rejected: 1 });
  });

  it.each([
    ['not JSON', '{"id":', 'row-unreadable'],
    ['not an object', '[1,2]', 'row-unreadable'],
    ['an object as title', '{"id":"b","file":"good.jpg","title":{"a":1},"split":"val"}', 'field-invalid'],
    ['a hostile attribute name', '{"id":"b","file":"good.jpg","split":"val","__proto__":"x"}', 'field-invalid'],
    ['a huge line', `{"id":"b","file":"good.jpg","split":"val","x":"${'y'.repeat(100_000)}"}`, 'row-unreadable'],
    ['a name of Object.prototype as file', '{"id":"b","file":"constructor","split":"val"}', 'file-missing'],
  ])('reads JSON lines and refuses one with %s', async (_name, line, code) => {
    const { result, problems } = await importManifest(
      'manifest.jsonl',
      `{"id":"a","file":"good.jpg","split":"train","stars":5}\n${line}\n`,
    );
    expect(problems).toEqual([expect.objectContaining({ row: 2, code })]);
    expect(result).toMatchObject({ accepted: 1, rejected: 1 });
  });

  it('goes on after a quote that never ends', async () => {
    const { result, failure, problems } = await importManifest(
      'manifest.csv',
      csv('a,good.jpg,t,train,red', `b,good.jpg,"t,train,red\n${'x'.repeat(80_000)}`),
    );
    expect(failure).toBeUndefined();
    expect(problems[0]).toMatchObject({ row: 2, code: 'row-unreadable' });
    expect(result).toMatchObject({ accepted: 1 });
  });

  it('says which column the header lacks', async () => {
    const { failure } = await importManifest('manifest.csv', 'sku,file\na,good.jpg');
    expect(failure).toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining('missing: id; found: sku, file'),
    });
  });

  it('fails when no row is left, with the problems on record', async () => {
    const { failure, problems } = await importManifest('manifest.csv', csv('a,gone.jpg,t,train,red'));
    expect(failure).toMatchObject({ code: 'input-invalid', message: expect.stringContaining('None of the 1 rows') });
    expect(problems).toHaveLength(1);
  });

  it('splits by the hash of the id where asked, the same every time', async () => {
    const rows = Array.from({ length: 200 }, (_, row) => `i${row},good.jpg,t,,red`);
    const first = await importManifest('manifest.csv', csv(...rows), { input: { missingSplit: 'hash' } });
    const second = await importManifest('manifest.csv', csv(...rows), { input: { missingSplit: 'hash' } });
    const counts = first.result?.['splitCounts'] as { train: number };
    expect(counts).toEqual(second.result?.['splitCounts']);
    expect(counts.train).toBeGreaterThan(140);
    expect(counts.train).toBeLessThan(180);
  });

  it('takes pairs between accepted items and refuses the others', async () => {
    const pairs = 'item_a,item_b,weight\na,b,2\na,gone,1\na,b,-1\nb,b,1\n';
    const { result, problems, workspace } = await importManifest(
      'manifest.csv',
      csv('a,good.jpg,t,train,red', 'b,good.jpg,t,train,red'),
      { pairs },
    );
    expect(result).toMatchObject({ pairs: 1, rejectedPairs: 3, rejected: 0 });
    expect(problems.map(({ row, code }) => [row, code])).toEqual([
      [2, 'pair-unknown-item'],
      [3, 'field-invalid'],
      [4, 'field-invalid'],
    ]);
    await using dataset = await Dataset.open(join(workspace, 'out/dataset'));
    const taken = [];
    for await (const pair of dataset.pairs()) taken.push(pair);
    expect(taken).toEqual([{ a: 'a', b: 'b', weight: 2 }]);
  });
});
