import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../kernel/index.js';
import { Config, loadConfig } from '../platform/config/env.js';
import { Transactions } from '../platform/database/index.js';
import { PlatformModule } from '../platform/platform.module.js';
import { useDatabase } from '../testing/database.js';
import { ArtifactsModule, ArtifactsService, contentHash } from './index.js';

const database = useDatabase();
let module: TestingModule;
let artifacts: ArtifactsService;
let home: string;
let folder: string;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'graft-artifacts-'));
  module = await Test.createTestingModule({ imports: [PlatformModule.forProcess('worker'), ArtifactsModule] })
    .overrideProvider(Config)
    .useValue(loadConfig('setup', { DATABASE_URL: database.url, GRAFT_HOME: home, LOG_LEVEL: 'silent' }))
    .compile();
  await module.init();
  artifacts = module.get(ArtifactsService);
});
afterAll(async () => {
  await module.close();
  await rm(home, { recursive: true });
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function fill(files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
}

const blobFile = (hash: string): string => path.join(home, 'artifacts/sha256', hash.slice(0, 2), hash);

describe('blobs', () => {
  it('are stored once, read-only, under the hash of their content', async () => {
    const first = await artifacts.putBlob([Buffer.from('hello')], { mediaType: 'text/plain', tier: 'public' });
    const second = await artifacts.putBlob([Buffer.from('hel'), Buffer.from('lo')], {
      mediaType: 'text/plain',
      tier: 'public',
    });
    expect(first).toEqual({ hash: contentHash('hello'), sizeBytes: 5 });
    expect(second).toEqual(first);
    expect((await stat(blobFile(first.hash))).mode & 0o777).toBe(0o444);
  });

  it('can be read in part', async () => {
    const { hash } = await artifacts.putBlob([Buffer.from('0123456789')], { mediaType: 'text/plain', tier: 'public' });
    expect(await text(await artifacts.openBlob(hash, { start: 3, length: 4 }))).toBe('3456');
  });

  it('that were half written when their process was killed are swept up, those being written are not', async () => {
    const incoming = path.join(home, 'artifacts/incoming');
    await mkdir(incoming, { recursive: true });
    const twoHoursAgo = new Date(Date.now() - 2 * 3_600_000);
    for (const name of ['left', 'arriving']) await writeFile(path.join(incoming, name), 'half');
    await utimes(path.join(incoming, 'left'), twoHoursAgo, twoHoursAgo);
    await artifacts.removeUnfinished();
    expect(await readdir(incoming)).toEqual(['arriving']);
  });

  it('that are not there say so', async () => {
    await expect(artifacts.openBlob(contentHash('never stored'))).rejects.toMatchObject({ code: 'artifact-missing' });
  });
});

describe('trees', () => {
  it('have the same hash for the same content, and come back as they went in', async () => {
    await fill({ 'b.txt': 'b', 'sub/a.txt': 'a' });
    const tree = await artifacts.putTree(folder, 'internal');
    expect(tree).toMatchObject({ sizeBytes: 2, fileCount: 2 });
    expect((await artifacts.putTree(folder, 'internal')).hash).toBe(tree.hash);

    const target = path.join(folder, 'out');
    await artifacts.materialise(tree.hash, target);
    expect(await readFile(path.join(target, 'sub/a.txt'), 'utf8')).toBe('a');
    expect((await stat(path.join(target, 'b.txt'))).ino).toBe((await stat(blobFile(contentHash('b')))).ino);
    await artifacts.verify(tree.hash);
  });

  it('give out single files', async () => {
    await fill({ 'report.json': '{}' });
    const { hash } = await artifacts.putTree(folder, 'public');
    expect((await artifacts.readFile(hash, 'report.json')).toString()).toBe('{}');
    await expect(artifacts.readFile(hash, 'other.json')).rejects.toMatchObject({ code: 'artifact-missing' });
  });

  it('take no links, in either sense, and no odd names', async () => {
    await symlink('/etc/passwd', path.join(folder, 'passwd'));
    await expect(artifacts.putTree(folder, 'public')).rejects.toMatchObject({ code: 'artifact-refused' });
    await rm(path.join(folder, 'passwd'));

    await fill({ 'a.txt': 'a' });
    await link(path.join(folder, 'a.txt'), path.join(folder, 'b.txt'));
    await expect(artifacts.putTree(folder, 'public')).rejects.toThrow('one name');
    await rm(path.join(folder, 'b.txt'));

    await fill({ '-rf': 'x' });
    await expect(artifacts.putTree(folder, 'public')).rejects.toThrow('not allowed');
  });

  it('have limits', async () => {
    await fill({ 'a.txt': 'aaaa', 'b.txt': 'bbbb' });
    await expect(artifacts.putTree(folder, 'public', { maxFiles: 1, maxBytes: 100 })).rejects.toThrow(
      'more than 1 files',
    );
    await expect(artifacts.putTree(folder, 'public', { maxFiles: 9, maxBytes: 7 })).rejects.toThrow(
      'more than 7 bytes',
    );
  });

  it('notice a disk that changed their content', async () => {
    await fill({ 'weights.bin': 'precious' });
    const { hash } = await artifacts.putTree(folder, 'public');
    const file = blobFile(contentHash('precious'));
    await chmod(file, 0o644);
    await writeFile(file, 'tampered');
    await expect(artifacts.verify(hash)).rejects.toMatchObject({ code: 'artifact-damaged' });
    await expect(artifacts.readFile(hash, 'weights.bin')).rejects.toMatchObject({ code: 'artifact-damaged' });
  });

  it('inherit the highest tier of what they were made from', async () => {
    await fill({ 'open.txt': 'open' });
    const open = await artifacts.putTree(folder, 'public');
    await fill({ 'users.txt': 'users' });
    const secret = await artifacts.putTree(folder, 'restricted');
    expect(await artifacts.tierOf([open.hash, secret.hash])).toBe('restricted');
    expect(await artifacts.tierOf([open.hash])).toBe('public');
  });

  it('are referred to by their owners, only where they exist', async () => {
    await fill({ 'x.txt': 'x' });
    const { hash } = await artifacts.putTree(folder, 'public');
    const owner = { type: 'dataset-versions', id: newId() };
    const refer = (tree: string) => module.get(Transactions).run((tx) => artifacts.reference(tx, tree, owner));
    await refer(hash);
    await refer(hash);
    await expect(refer(contentHash('never stored'))).rejects.toThrow('artifact_references_hash_fkey');
  });
});
