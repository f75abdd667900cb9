import type { DatasetItem, ImagePreprocessing } from '@graft/protocol';
import { type Dataset, decodeItems, type Reporting } from '@graft/runner';
import type { Vectors } from './scorer.js';

const SIDE = 32;
const AREA = SIDE * SIDE;
const LEVELS = 8;
const BINS = LEVELS ** 3;
const preprocessing: ImagePreprocessing = { width: SIDE, height: SIDE, fit: 'fill', mean: [0, 0, 0], std: [1, 1, 1] };

/** Vectors that no training made. The higher the inner product of a query and a row, the more alike the two pictures. */
export interface PictureBaseline {
  readonly by: string;
  readonly gallery: Vectors;
  queryOf(row: number): Float32Array;
}

/**
 * Pictures at 32 x 32 by the Euclidean distance of their pixels, and by their colour histograms (8 x 8 x 8 bins of RGB,
 * Bhattacharyya coefficient).
 */
export async function pictureBaselines(
  context: Reporting,
  dataset: Dataset,
  items: readonly DatasetItem[],
): Promise<PictureBaseline[]> {
  // |q - g|² orders rows as q·g - |g|² / 2 does, the inner product of (q, 1) and (g, -|g|² / 2).
  const width = 3 * AREA + 1;
  const pixels = new Float32Array(items.length * width);
  const histograms = new Float32Array(items.length * BINS);
  let row = 0;
  for await (const picture of decodeItems(dataset, items, preprocessing)) {
    writePixels(picture, pixels.subarray(row * width, (row + 1) * width));
    writeHistogram(picture, histograms.subarray(row * BINS, (row + 1) * BINS));
    row += 1;
    if (row % 500 === 0) {
      context.progress(0.6, 'decoding pictures for the baselines', `${row} of ${items.length}`);
      await context.breathe();
    }
  }
  return [
    {
      by: 'pixels',
      gallery: { data: pixels, dim: width },
      queryOf: (at) => {
        const query = pixels.slice(at * width, (at + 1) * width);
        query[width - 1] = 1;
        return query;
      },
    },
    {
      by: 'histogram',
      gallery: { data: histograms, dim: BINS },
      queryOf: (at) => histograms.subarray(at * BINS, (at + 1) * BINS),
    },
  ];
}

function writePixels(picture: Uint8Array, target: Float32Array): void {
  let square = 0;
  for (let at = 0; at < picture.length; at += 1) {
    const value = (picture[at] as number) / 255;
    target[at] = value;
    square += value * value;
  }
  target[picture.length] = -square / 2;
}

function writeHistogram(picture: Uint8Array, target: Float32Array): void {
  const level = (value: number): number => Math.floor((value * LEVELS) / 256);
  for (let pixel = 0; pixel < AREA; pixel += 1) {
    const [red, green, blue] = [0, 1, 2].map((channel) => level(picture[channel * AREA + pixel] as number)) as [
      number,
      number,
      number,
    ];
    const bin = (red * LEVELS + green) * LEVELS + blue;
    target[bin] = (target[bin] as number) + 1 / AREA;
  }
  for (let bin = 0; bin < BINS; bin += 1) target[bin] = Math.sqrt(target[bin] as number);
}
