import type { ImagePreprocessing } from '@graft/protocol';
import type { Random } from '@graft/runner';

const MAX_SHIFT = 1 / 12;
const BRIGHTNESS = 0.15;

/** Scales a picture to pixel values with a random flip, shift and brightness: two additions and a multiplication a pixel. */
export class Augmenter {
  private readonly columns: Int32Array;

  constructor(private readonly preprocessing: ImagePreprocessing) {
    this.columns = new Int32Array(preprocessing.width);
  }

  /** Writes planar uint8 `picture` as f32 [3, height, width] at `offset` of `pixels`; edges are repeated where it is shifted. */
  write(picture: Uint8Array, target: { pixels: Float32Array; offset: number }, random: Random): void {
    const { width, height, mean, std } = this.preprocessing;
    const flip = random.next() < 0.5;
    const shiftX = shift(width, random);
    const shiftY = shift(height, random);
    const brightness = 1 + BRIGHTNESS * (2 * random.next() - 1);
    for (let x = 0; x < width; x += 1) this.columns[x] = clamp((flip ? width - 1 - x : x) + shiftX, width);
    let at = target.offset;
    for (let channel = 0; channel < 3; channel += 1) {
      const scale = brightness / 255 / (std[channel] as number);
      const base = -(mean[channel] as number) / (std[channel] as number);
      for (let y = 0; y < height; y += 1) {
        const row = (channel * height + clamp(y + shiftY, height)) * width;
        for (let x = 0; x < width; x += 1) {
          target.pixels[at] = (picture[row + (this.columns[x] as number)] as number) * scale + base;
          at += 1;
        }
      }
    }
  }
}

function shift(size: number, random: Random): number {
  const bound = Math.round(size * MAX_SHIFT);
  return random.below(2 * bound + 1) - bound;
}

function clamp(value: number, size: number): number {
  return Math.min(size - 1, Math.max(0, value));
}
