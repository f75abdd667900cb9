import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetItem, DatasetManifest, type DatasetPair, type Split } from '@graft/protocol';
import { writeWhole } from '@graft/runner';

/** Values listed per attribute in dataset.json; items keep all of theirs. */
const MAX_LISTED_VALUES = 1000;
const FLUSH_BYTES = 1 << 20;

/** Writes a dataset folder item by item; `finish` writes its manifest, last. */
export class DatasetWriter implements AsyncDisposable {
  private readonly splitCounts: Record<Split, number> = { train: 0, val: 0, test: 0 };
  private readonly attributes = new Map<string, Map<string, number>>();
  private readonly lines = { items: '', pairs: '' };
  private offset = 0;
  private pairCount = 0;

  private constructor(
    private readonly folder: string,
    private readonly images: FileHandle,
    private readonly items: FileHandle,
    private readonly pairs: FileHandle,
  ) {}

  static async create(folder: string): Promise<DatasetWriter> {
    await mkdir(folder, { recursive: true });
    const [images, items, pairs] = await Promise.all(
      ['images.bin', 'items.jsonl', 'pairs.jsonl'].map((name) => open(join(folder, name), 'w')),
    );
    return new DatasetWriter(folder, images as FileHandle, items as FileHandle, pairs as FileHandle);
  }

  get itemCount(): number {
    return this.splitCounts.train + this.splitCounts.val + this.splitCounts.test;
  }

  async addItem(
    fields: Omit<DatasetItem, 'image'>,
    image: Omit<DatasetItem['image'], 'offset'>,
    bytes: Buffer,
  ): Promise<void> {
    await this.images.appendFile(bytes);
    const item: DatasetItem = { ...fields, image: { offset: this.offset, ...image } };
    this.offset += bytes.length;
    this.splitCounts[item.split] += 1;
    for (const [name, value] of Object.entries(item.attributes)) this.count(name, value);
    await this.append('items', this.items, item);
  }

  async addPair(pair: DatasetPair): Promise<void> {
    this.pairCount += 1;
    await this.append('pairs', this.pairs, pair);
  }

  async finish(): Promise<DatasetManifest> {
    await this.items.appendFile(this.lines.items);
    await this.pairs.appendFile(this.lines.pairs);
    for (const file of [this.images, this.items, this.pairs]) await file.sync();
    const manifest = DatasetManifest.parse({
      format: 'graft-dataset',
      formatVersion: 1,
      itemCount: this.itemCount,
      splitCounts: this.splitCounts,
      pairCount: this.pairCount,
      attributes: Object.fromEntries([...this.attributes].map(([name, values]) => [name, mostFrequent(values)])),
    });
    await writeWhole(join(this.folder, 'dataset.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of [this.images, this.items, this.pairs]) await file.close();
  }

  private count(name: string, value: string): void {
    const values = this.attributes.get(name) ?? new Map<string, number>();
    values.set(value, (values.get(value) ?? 0) + 1);
    this.attributes.set(name, values);
  }

  private async append(kind: 'items' | 'pairs', file: FileHandle, value: unknown): Promise<void> {
    this.lines[kind] += `${JSON.stringify(value)}\n`;
    if (this.lines[kind].length < FLUSH_BYTES) return;
    await file.appendFile(this.lines[kind]);
    this.lines[kind] = '';
  }
}

function mostFrequent(values: ReadonlyMap<string, number>): { value: string; count: number }[] {
  return [...values]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, MAX_LISTED_VALUES);
}
