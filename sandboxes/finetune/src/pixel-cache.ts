import type { DatasetItem, ImagePreprocessing } from '@graft/protocol';
import { type Dataset, decodeItems, pictureBytes, type Reporting } from '@graft/runner';

/** The decoded pictures of some items, planar uint8 in memory: each is decoded once, however many epochs read it. */
export class PixelCache {
  private constructor(
    readonly items: readonly DatasetItem[],
    private readonly bytes: Uint8Array,
    private readonly size: number,
  ) {}

  static async decode(
    context: Reporting,
    dataset: Dataset,
    items: readonly DatasetItem[],
    preprocessing: ImagePreprocessing,
  ): Promise<PixelCache> {
    const size = pictureBytes(preprocessing);
    const bytes = new Uint8Array(items.length * size);
    let count = 0;
    for await (const picture of decodeItems(dataset, items, preprocessing)) {
      bytes.set(picture, count * size);
      count += 1;
      if (count % 500 === 0) {
        context.progress(0, 'decoding pictures', `${count} of ${items.length}`);
        await context.breathe();
      }
    }
    return new PixelCache(items, bytes, size);
  }

  picture(index: number): Uint8Array {
    return this.bytes.subarray(index * this.size, (index + 1) * this.size);
  }
}
