import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetItem, DatasetManifest, DatasetPair, type Split } from '@graft/protocol';
import { z } from 'zod';
import { InputInvalid } from './failures.js';
import { readLines } from './files.js';

/** A dataset version opened for reading: items in memory, pictures on disk. */
export class Dataset implements AsyncDisposable {
  private constructor(
    readonly folder: string,
    readonly manifest: DatasetManifest,
    readonly items: readonly DatasetItem[],
    private readonly images: FileHandle,
  ) {}

  static async open(folder: string): Promise<Dataset> {
    const manifest = parseLine(
      DatasetManifest,
      await readFile(join(folder, 'dataset.json'), 'utf8'),
      `${folder}/dataset.json`,
    );
    const items: DatasetItem[] = [];
    for await (const line of readLines(join(folder, 'items.jsonl'))) {
      items.push(parseLine(DatasetItem, line, `${folder}/items.jsonl line ${items.length + 1}`));
    }
    if (items.length !== manifest.itemCount) {
      throw new InputInvalid(
        `${folder}: dataset.json says ${manifest.itemCount} items, items.jsonl has ${items.length}. Import the dataset again.`,
      );
    }
    const imagesPath = join(folder, 'images.bin');
    const { size } = await stat(imagesPath);
    const beyond = items.find((item) => item.image.offset + item.image.length > size);
    if (beyond)
      throw new InputInvalid(`${imagesPath} has ${size} bytes; the picture of item ${beyond.id} would end after that.`);
    return new Dataset(folder, manifest, items, await open(imagesPath, 'r'));
  }

  itemsOf(split: Split): DatasetItem[] {
    return this.items.filter((item) => item.split === split);
  }

  /** The picture's bytes as they were uploaded. */
  async readPicture(item: DatasetItem): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(item.image.length);
    const { bytesRead } = await this.images.read(bytes, 0, bytes.length, item.image.offset);
    if (bytesRead !== bytes.length) throw new InputInvalid(`images.bin ends inside the picture of item ${item.id}.`);
    return bytes;
  }

  /** Co-engagement pairs; none where the team has no such data. */
  async *pairs(): AsyncGenerator<DatasetPair> {
    if (this.manifest.pairCount === 0) return;
    let row = 0;
    for await (const line of readLines(join(this.folder, 'pairs.jsonl'))) {
      row += 1;
      yield parseLine(DatasetPair, line, `${this.folder}/pairs.jsonl line ${row}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.images.close();
  }
}

function parseLine<T>(schema: z.ZodType<T>, text: string, where: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InputInvalid(`${where} is not JSON. Import the dataset again.`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new InputInvalid(`${where}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
