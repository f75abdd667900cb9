import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { DomainError } from '../kernel/index.js';

export interface UploadLimits {
  readonly manifestBytes: number;
  readonly fileBytes: number;
  readonly files: number;
  /** Everything together. */
  readonly totalBytes: number;
}

export const UPLOAD_LIMITS: UploadLimits = {
  manifestBytes: 1024 ** 3,
  fileBytes: 64 * 1024 ** 2,
  files: 2_000_000,
  totalBytes: 200 * 1024 ** 3,
};

/**
 * What an import was given, on disk: `manifest.csv` or `manifest.jsonl`, `pairs.csv`, and every picture behind each other in `files.bin`
 * with one line {name, offset, length} in `files.jsonl`. One big file, because a folder of hundred thousands of small ones is slow to
 * write, to sync and to hand to a sandbox.
 */
export class UploadFolder {
  private readonly pictures: WriteStream;
  private readonly index: WriteStream;
  private files = 0;
  private bytes = 0;
  private offset = 0;
  private error: Error | undefined;

  private constructor(
    readonly folder: string,
    private readonly limits: UploadLimits,
  ) {
    this.pictures = this.create('files.bin');
    this.index = this.create('files.jsonl');
  }

  static async create(folder: string, limits: UploadLimits = UPLOAD_LIMITS): Promise<UploadFolder> {
    await mkdir(folder, { recursive: true });
    return new UploadFolder(folder, limits);
  }

  async putManifest(format: 'csv' | 'jsonl', content: Readable): Promise<void> {
    await this.putWhole(`manifest.${format}`, content);
  }

  async putPairs(content: Readable): Promise<void> {
    await this.putWhole('pairs.csv', content);
  }

  /** @param name the value of the manifest's file column */
  async putPicture(name: string, content: Readable): Promise<void> {
    if (name.length === 0 || name.length > 1000)
      throw new DomainError(
        'upload-malformed',
        `A picture's file name must have 1 to 1000 characters, found ${name.length}.`,
      );
    if (++this.files > this.limits.files) throw tooLarge(`more than ${this.limits.files} pictures`);
    const length = await this.append(this.pictures, content, { what: name, most: this.limits.fileBytes });
    await this.write(this.index, `${JSON.stringify({ name, offset: this.offset, length })}\n`);
    this.offset += length;
  }

  /** Makes everything durable: after it, a power cut loses nothing. */
  async seal(): Promise<void> {
    await Promise.all([this.pictures, this.index].map(endDurably));
    await syncFolder(this.folder);
  }

  /** Closes what is open and removes the folder. */
  async discard(): Promise<void> {
    this.pictures.destroy();
    this.index.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async putWhole(name: string, content: Readable): Promise<void> {
    const file = this.create(name);
    await this.append(file, content, { what: name, most: this.limits.manifestBytes });
    await endDurably(file);
  }

  private async append(target: WriteStream, content: Readable, limit: { what: string; most: number }): Promise<number> {
    let length = 0;
    for await (const chunk of content as AsyncIterable<Buffer>) {
      length += chunk.byteLength;
      this.bytes += chunk.byteLength;
      if (length > limit.most) throw tooLarge(`${limit.what} has more than ${limit.most} bytes`);
      if (this.bytes > this.limits.totalBytes) throw tooLarge(`more than ${this.limits.totalBytes} bytes in all`);
      await this.write(target, chunk);
    }
    return length;
  }

  private async write(target: WriteStream, chunk: Buffer | string): Promise<void> {
    if (this.error !== undefined) throw this.error;
    if (target.write(chunk)) return;
    // Whichever comes second is not waited for any more: its listener would stay for as long as the upload takes.
    const waiting = new AbortController();
    const { signal } = waiting;
    await Promise.race([once(target, 'drain', { signal }), once(target, 'close', { signal })]).finally(() =>
      waiting.abort(),
    );
  }

  private create(name: string): WriteStream {
    const stream = createWriteStream(path.join(this.folder, name), { flush: true, highWaterMark: 1024 ** 2 });
    stream.on('error', (error) => (this.error = error));
    return stream;
  }
}

/** `flush` makes the stream sync its file before it closes it. */
async function endDurably(stream: WriteStream): Promise<void> {
  stream.end();
  await finished(stream);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function tooLarge(what: string): DomainError {
  return new DomainError('upload-too-large', `The upload is too large: ${what}. Split it into several imports.`);
}
