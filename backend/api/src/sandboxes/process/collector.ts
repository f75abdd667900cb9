import { constants, type Dir } from 'node:fs';
import { open, opendir, type FileHandle } from 'node:fs/promises';
import type { CollectedFile, CollectLimits } from '../sandbox-driver.js';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
const MAX_DEPTH = 16;
const MAX_ENTRIES_PER_FOLDER = 100_000;
const CHUNK_BYTES = 1 << 20;
const PLAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9 _.@+=-]{0,200}$/;

/** What a runner left behind cannot be taken over; the message names the entry and the reason. */
export class ArtifactRefused extends Error {}

export interface CollectorLimits extends CollectLimits {
  /** Files of anyone else were not written by the sandbox. */
  owner: number;
}

/**
 * Walks `root/folder`, which a hostile process wrote and can no longer change, without ever resolving a name twice: every entry is
 * opened relative to its folder's descriptor (`/proc/self/fd/N/name`), without following links, and what is read is what was checked.
 * Only regular files with one name, of the expected owner, under plain names pass; anything else refuses the whole folder.
 */
export async function* collectFolder(root: string, folder: string, limits: CollectorLimits): AsyncGenerator<CollectedFile> {
  const handles: FileHandle[] = [await openFolder(root, folder)];
  try {
    for (const part of folder.split('/')) {
      if (!PLAIN_NAME.test(part)) throw new ArtifactRefused(`${show(folder)} is not a plain relative path`);
      handles.push(await openFolder(`/proc/self/fd/${handles.at(-1)?.fd}/${part}`, folder));
    }
    const deepest = handles.at(-1);
    if (deepest !== undefined) yield* walk(deepest, '', 0, { limits, files: 0, bytes: 0 });
  } finally {
    for (const handle of handles) await handle.close();
  }
}

interface Tally {
  limits: CollectorLimits;
  files: number;
  bytes: number;
}

async function* walk(folder: FileHandle, prefix: string, depth: number, tally: Tally): AsyncGenerator<CollectedFile> {
  if (depth > MAX_DEPTH) throw new ArtifactRefused(`${show(prefix)} lies deeper than ${MAX_DEPTH} folders`);
  for (const name of await namesIn(folder, prefix)) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const handle = await openEntry(folder, name, path);
    try {
      const stat = await handle.stat();
      if (stat.isDirectory()) yield* walk(handle, path, depth + 1, tally);
      else {
        if (!stat.isFile()) throw new ArtifactRefused(`${show(path)} is not a regular file`);
        if (stat.nlink !== 1) throw new ArtifactRefused(`${show(path)} has ${stat.nlink} names; hard links are not collected`);
        if (stat.uid !== tally.limits.owner) throw new ArtifactRefused(`${show(path)} belongs to another user`);
        tally.files += 1;
        tally.bytes += stat.size;
        if (tally.files > tally.limits.maxFiles) throw new ArtifactRefused(`more than ${tally.limits.maxFiles} files`);
        if (tally.bytes > tally.limits.maxBytes) throw new ArtifactRefused(`more than ${tally.limits.maxBytes} bytes`);
        yield { path, sizeBytes: stat.size, content: readExactly(handle, stat.size, path) };
      }
    } finally {
      await handle.close();
    }
  }
}

async function* readExactly(handle: FileHandle, sizeBytes: number, path: string): AsyncGenerator<Buffer> {
  for (let at = 0; at < sizeBytes;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, sizeBytes - at));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) throw new ArtifactRefused(`${show(path)} became shorter while it was read`);
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

async function openFolder(path: string, shown: string): Promise<FileHandle> {
  try {
    return await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    throw new ArtifactRefused(`${show(shown)} is not a folder (${codeOf(error)})`);
  }
}

/** O_NONBLOCK: opening a FIFO for reading would otherwise wait for a writer that never comes. */
async function openEntry(folder: FileHandle, name: string, path: string): Promise<FileHandle> {
  try {
    return await open(`/proc/self/fd/${folder.fd}/${name}`, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    throw new ArtifactRefused(`${show(path)} ${code === 'ELOOP' ? 'is a symbolic link' : `cannot be opened (${code})`}`);
  }
}

/** Sorted by code unit, so that the same files always make the same tree. */
async function namesIn(folder: FileHandle, prefix: string): Promise<string[]> {
  const names: string[] = [];
  // Names are bytes: read as UTF-8 two different ones could look the same.
  const entries = (await opendir(`/proc/self/fd/${folder.fd}`, { encoding: 'latin1' as BufferEncoding })) as Dir;
  for await (const { name } of entries) {
    if (!PLAIN_NAME.test(name)) throw new ArtifactRefused(`${show(prefix === '' ? name : `${prefix}/${name}`)} is not a plain name`);
    names.push(name);
    if (names.length > MAX_ENTRIES_PER_FOLDER) throw new ArtifactRefused(`${show(prefix)} holds more than ${MAX_ENTRIES_PER_FOLDER} entries`);
  }
  return names.sort();
}

const show = (path: string): string => JSON.stringify(path.slice(0, 200));
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown error';
