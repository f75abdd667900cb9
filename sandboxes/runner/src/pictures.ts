import type { DatasetItem, ImagePreprocessing } from '@graft/protocol';
import type { Dataset } from './dataset.js';
import { InputInvalid } from './failures.js';
import { mapInOrder } from './map-in-order.js';
import { sharp } from './picture-decoder.js';

const CHANNELS = 3;
/** A small file can claim a huge picture; decoded, it would take all memory. */
const MAX_PIXELS = 100_000_000;
/** Decodes in flight: libuv runs four at a time; the rest wait ready for the moments in which inference blocks this thread. */
const DECODES_AT_ONCE = 32;

/** A part of a picture in pixels, once its orientation is applied. */
export interface PixelCrop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Resizes a picture, or a part of it, and returns its bytes as planar uint8 [3, height, width], red first. Throws when it does not decode. */
export async function decodePicture(
  bytes: Uint8Array,
  preprocessing: ImagePreprocessing,
  crop?: PixelCrop,
): Promise<Uint8Array> {
  const { width, height, fit } = preprocessing;
  const oriented = sharp(bytes, { failOn: 'error', limitInputPixels: MAX_PIXELS }).autoOrient();
  const interleaved = await (crop === undefined ? oriented : oriented.extract(crop))
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize(width, height, { fit, background: '#ffffff' })
    .raw()
    .toBuffer();
  return toPlanar(interleaved, width * height);
}

function toPlanar(interleaved: Uint8Array, area: number): Uint8Array {
  const channels = interleaved.length / area;
  const planar = new Uint8Array(CHANNELS * area);
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    const source = channels >= CHANNELS ? channel : 0;
    for (let pixel = 0; pixel < area; pixel += 1)
      planar[channel * area + pixel] = interleaved[pixel * channels + source] as number;
  }
  return planar;
}

/** Bytes of one picture in planar uint8. */
export function pictureBytes(preprocessing: ImagePreprocessing): number {
  return CHANNELS * preprocessing.width * preprocessing.height;
}

/**
 * Scales planar uint8 to the encoder's `pixel_values` f32 [3, height, width] at `offset` of `pixels`.
 * A table of the 256 values per channel: one look-up a pixel instead of a subtraction and a division.
 */
export class PixelScaler {
  private readonly table = new Float32Array(CHANNELS * 256);
  private readonly area: number;

  constructor(preprocessing: ImagePreprocessing) {
    this.area = preprocessing.width * preprocessing.height;
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      const mean = preprocessing.mean[channel] as number;
      const std = preprocessing.std[channel] as number;
      for (let value = 0; value < 256; value += 1) this.table[channel * 256 + value] = (value / 255 - mean) / std;
    }
  }

  write(picture: Uint8Array, pixels: Float32Array, offset: number): void {
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      const from = channel * this.area;
      for (let pixel = from; pixel < from + this.area; pixel += 1) {
        pixels[offset + pixel] = this.table[channel * 256 + (picture[pixel] as number)] as number;
      }
    }
  }
}

/** Decodes the pictures of `items` in order. A picture that no longer decodes is the dataset's fault and named. */
export async function* decodeItems(
  dataset: Dataset,
  items: Iterable<DatasetItem>,
  preprocessing: ImagePreprocessing,
): AsyncGenerator<Uint8Array> {
  yield* mapInOrder(items, DECODES_AT_ONCE, async (item) => {
    try {
      return await decodePicture(await dataset.readPicture(item), preprocessing);
    } catch (error) {
      throw new InputInvalid(`The picture of item ${item.id} does not decode: ${String(error)}`);
    }
  });
}
