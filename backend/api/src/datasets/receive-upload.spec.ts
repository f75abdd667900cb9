import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { receiveUpload } from './receive-upload.js';
import { UploadFolder } from './upload-folder.js';

let root: string;
let folder: UploadFolder;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'graft-upload-'));
  folder = await UploadFolder.create(path.join(root, 'upload'));
});
afterEach(async () => {
  await folder.discard();
  await rm(root, { recursive: true, force: true });
});

const part = (disposition: string, content: string): string =>
  `--b\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${content}`;
const head =
  `${part('name="options"', '{"manifest":"csv"}')}\r\n` +
  `${part('name="manifest"; filename="manifest.csv"', 'id,file,title,split')}\r\n`;

it('is alive while one big picture comes in slowly', async () => {
  const body = new PassThrough();
  let signs = 0;
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const received = receiveUpload({ body, headers }, folder, () => (signs += 1));
  body.write(head + part('name="file"; filename="a.jpg"', 'first bytes'));
  await eventually(() => expect(signs).toBe(1));
  body.write('more of the same picture');
  await eventually(() => expect(signs).toBe(2));
  body.end('\r\n--b--\r\n');
  await expect(received).resolves.toMatchObject({ manifest: 'csv' });
});

it('leaves no listeners behind, however often the disk was waited for', async () => {
  const warnings: string[] = [];
  const hear = ({ name }: Error): number => warnings.push(name);
  process.on('warning', hear);
  const chunk = Buffer.alloc(1024 ** 2);
  await folder.putPicture('a.jpg', Readable.from(Array.from({ length: 24 }, () => chunk)));
  await folder.seal();
  process.off('warning', hear);
  expect(warnings).toEqual([]);
});

it('refuses a second file of pairs, which would silently replace the first', async () => {
  const pairs = part('name="pairs"; filename="pairs.csv"', 'item_a,item_b,weight\r\n');
  const body = Readable.from([Buffer.from(`${head}${pairs}${pairs}--b--\r\n`)]);
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  await expect(receiveUpload({ body, headers }, folder, () => undefined)).rejects.toThrow(/pairs: expected one file/);
});
