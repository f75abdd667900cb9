import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { DomainError } from '../kernel/index.js';

export interface StoredBlob {
  readonly hash: string;
  readonly sizeBytes: number;
}

/** Bytes of a blob: `start` counts from 0, `length` says how many. */
export interface Slice {
  readonly start: number;
  readonly length: number;
}

const READ_ONLY = 0o444;
/** The file system is another one, does not link, or refuses to link files of other people. */
const CANNOT_LINK = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP']);

/**
 * Immutable files by the SHA-256 of their content, below `<root>/sha256/ab/`. A blob appears whole or not at all: it is written
 * beside its place, made durable, then renamed.
 */
export class BlobStore {
  private readonly incoming: string;

  constructor(private readonly root: string) {
    this.incoming = path.join(root, 'incoming');
  }

  pathOf(hash: string): string {
    return path.join(this.root, 'sha256', hash.slice(0, 2), hash);
  }

  async put(content: Readable | AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StoredBlob> {
    const temporary = path.join(this.incoming, randomUUID());
    await mkdir(this.incoming, { recursive: true });
    try {
      const blob = await write(temporary, content);
      await this.keep(temporary, blob.hash);
      return blob;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** @throws DomainError `artifact-missing` */
  async open(hash: string, slice?: Slice): Promise<Readable> {
    const place = this.pathOf(hash);
    if (!(await exists(place))) throw missing(hash);
    return createReadStream(
      place,
      slice === undefined ? {} : { start: slice.start, end: slice.start + slice.length - 1 },
    );
  }

  /** Reads a small blob whole and checks its hash. @throws DomainError `artifact-missing`, `artifact-damaged` */
  async read(hash: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.open(hash)) chunks.push(chunk as Buffer);
    const content = Buffer.concat(chunks);
    if (createHash('sha256').update(content).digest('hex') !== hash) throw damaged(hash);
    return content;
  }

  /** Puts a blob at `target` without copying it where the file system can link. */
  async materialise(hash: string, target: string): Promise<void> {
    const source = this.pathOf(hash);
    if (!(await exists(source))) throw missing(hash);
    await mkdir(path.dirname(target), { recursive: true });
    try {
      await link(source, target);
    } catch (error) {
      if (!CANNOT_LINK.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    }
  }

  /** Reads all of a blob again. @throws DomainError `artifact-damaged` where the content no longer has the hash it is named by */
  async verify(hash: string): Promise<void> {
    const digest = createHash('sha256');
    for await (const chunk of await this.open(hash)) digest.update(chunk as Buffer);
    if (digest.digest('hex') !== hash) throw damaged(hash);
  }

  /** Removes what was half written when its process was killed: a living one, of any process, would have written to it since. */
  async removeUnfinished(untouchedSince: Date): Promise<void> {
    await mkdir(this.incoming, { recursive: true });
    for (const name of await readdir(this.incoming)) {
      const file = path.join(this.incoming, name);
      const found = await stat(file).catch(() => null);
      if (found !== null && found.mtime < untouchedSince) await rm(file, { force: true });
    }
  }

  private async keep(temporary: string, hash: string): Promise<void> {
    const place = this.pathOf(hash);
    if (await exists(place)) return;
    await mkdir(path.dirname(place), { recursive: true });
    await rename(temporary, place);
    await syncFolder(path.dirname(place));
  }
}

async function write(file: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StoredBlob> {
  const digest = createHash('sha256');
  let sizeBytes = 0;
  const handle = await open(file, 'wx', READ_ONLY);
  try {
    for await (const chunk of content) {
      digest.update(chunk);
      sizeBytes += chunk.byteLength;
      await writeAll(handle, chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { hash: digest.digest('hex'), sizeBytes };
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let done = 0;
  while (done < chunk.byteLength) done += (await handle.write(chunk, done)).bytesWritten;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

function missing(hash: string): DomainError {
  return new DomainError(
    'artifact-missing',
    `The content ${hash} is not in the artifact store. Restore it from a backup, or run again what produced it.`,
  );
}

function damaged(hash: string): DomainError {
  return new DomainError(
    'artifact-damaged',
    `The stored content no longer has the hash ${hash} it is named by: the disk changed it. Restore it from a backup.`,
  );
}
