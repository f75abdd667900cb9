import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectFolder } from './collect-folder.js';

const roomy = { maxFiles: 100, maxBytes: 1 << 20 };
let folder: string;
let secret: string;

beforeEach(async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'graft-collect-'));
  folder = path.join(root, 'out');
  secret = path.join(root, 'secret.txt');
  await mkdir(folder);
  await writeFile(secret, 'CANARY');
});
afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

async function collect(limits = roomy): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { path: name, file } of collectFolder(folder, limits))
    found[name] = await text(file.createReadStream({ autoClose: false, start: 0 }));
  return found;
}

it('takes regular files, sorted by path', async () => {
  await mkdir(path.join(folder, 'a'));
  await writeFile(path.join(folder, 'a/z.txt'), '2');
  await writeFile(path.join(folder, 'a.txt'), '1');
  await writeFile(path.join(folder, 'b.txt'), '3');
  expect(Object.entries(await collect())).toEqual([
    ['a.txt', '1'],
    ['a/z.txt', '2'],
    ['b.txt', '3'],
  ]);
});

describe('refuses', () => {
  const at = (name: string): string => path.join(folder, name);
  const hostile: [name: string, make: () => Promise<unknown> | unknown, why: RegExp][] = [
    ['a link to a file', () => symlink(secret, at('x')), /symbolic link/],
    ['a relative link', () => symlink('../secret.txt', at('x')), /symbolic link/],
    ['a link to a folder', () => symlink('/etc', at('x')), /symbolic link/],
    ['a link into /proc', () => symlink('/proc/self/environ', at('x')), /symbolic link/],
    ['a dangling link', () => symlink('/nowhere', at('x')), /symbolic link/],
    ['a hard link', () => link(secret, at('x')), /one name/],
    ['a FIFO', () => execFileSync('mkfifo', [at('x')]), /regular/],
    [
      'a sparse bomb',
      async () => {
        await writeFile(at('x'), '');
        await truncate(at('x'), 2 ** 40);
      },
      /more than 1048576 bytes/,
    ],
    ['an option as a name', () => writeFile(at('-rf'), ''), /characters/],
    ['a shell line as a name', () => writeFile(at('a;rm x'), ''), /characters/],
    ['a line break in a name', () => writeFile(at('a\nb'), ''), /characters/],
    ['a hidden name', () => writeFile(at('.env'), ''), /characters/],
    [
      'a name that is not UTF-8',
      () => writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])]), ''),
      /characters/,
    ],
    ['a deep tree', () => mkdir(at(Array.from({ length: 30 }, () => 'd').join('/')), { recursive: true }), /deeper/],
    [
      'too many files',
      () => Promise.all(Array.from({ length: 101 }, (_, n) => writeFile(at(`f${n}`), ''))),
      /more than 100 files/,
    ],
  ];
  it.each(hostile)('%s', async (_name, make, why) => {
    await make();
    await expect(collect()).rejects.toThrow(why);
  });

  it('a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('x'), resolve));
    await expect(collect()).rejects.toThrow(/cannot be opened|regular/);
    await new Promise((resolve) => server.close(resolve));
  });

  it('a link in place of the folder itself', async () => {
    await rm(folder, { recursive: true });
    await symlink('/etc', folder);
    await expect(collect()).rejects.toThrow(/not a folder/);
  });
});
