import type { ImagePreprocessing } from '@graft/protocol';
import { pictureBytes, PixelScaler, Random } from '@graft/runner';
import { Augmenter } from './augmenter.js';
import type { PixelCache } from './pixel-cache.js';

/** Keeps the stream of augmentations apart from the other streams that are derived from a run's seed. */
const AUGMENTATION_STREAM = 1001;

/** Fills `pixel_values` for batches of cached pictures. The buffer is one and the same: a batch lasts until the next one. */
export class PictureBatches {
  private readonly scaler: PixelScaler;
  private readonly augmenter: Augmenter;
  private readonly size: number;
  private readonly pixels: Float32Array;

  constructor(
    private readonly cache: PixelCache,
    private readonly options: { preprocessing: ImagePreprocessing; augment: boolean; seed: number; capacity: number },
  ) {
    this.scaler = new PixelScaler(options.preprocessing);
    this.augmenter = new Augmenter(options.preprocessing);
    this.size = pictureBytes(options.preprocessing);
    this.pixels = new Float32Array(options.capacity * this.size);
  }

  /** The pictures of `indices` as f32 [indices.length, 3, height, width], augmented by the random numbers of `step`. */
  fill(indices: ArrayLike<number>, step: number): Float32Array {
    const random = Random.derive(this.options.seed, AUGMENTATION_STREAM, step);
    for (let slot = 0; slot < indices.length; slot += 1) {
      const picture = this.cache.picture(indices[slot] as number);
      const offset = slot * this.size;
      if (this.options.augment) this.augmenter.write(picture, { pixels: this.pixels, offset }, random);
      else this.scaler.write(picture, this.pixels, offset);
    }
    return this.pixels.subarray(0, indices.length * this.size);
  }
}
