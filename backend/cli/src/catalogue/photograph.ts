import { open, rename, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { PICTURE_SIDE } from './scene.js';
import type { Scene } from './product.js';
import { hashText } from './random.js';

/** How many pictures are in the works at once; libvips runs each in a thread of its own. */
const IN_FLIGHT = 4;

/** Sensor noise: triangular (two uniforms), cheap and near enough to normal to the eye. */
function addNoise(pixels: Buffer, deviation: number, seed: number): void {
  let state = seed | 1;
  for (let i = 0; i < pixels.length; i++) {
    state = Math.imul(state, 1664525) + 1013904223;
    const grain = (((state >>> 8) & 0xfff) + ((state >>> 20) & 0xfff)) / 4095 - 1;
    pixels[i] = Math.min(255, Math.max(0, (pixels[i] ?? 0) + grain * deviation * 2.4));
  }
}

/** @returns the bytes of a JPEG of 96 x 96 pixels; the same scene gives the same bytes with the same version of sharp. */
export async function photograph(scene: Scene): Promise<Buffer> {
  const drawing = sharp(Buffer.from(scene.svg)).flatten();
  const softened = scene.blur > 0.3 ? drawing.blur(scene.blur) : drawing;
  const { data, info } = await softened.raw().toBuffer({ resolveWithObject: true });
  addNoise(data, scene.noise, hashText(scene.svg));
  return sharp(data, { raw: { width: PICTURE_SIDE, height: PICTURE_SIDE, channels: info.channels } })
    .jpeg({ quality: scene.quality })
    .toBuffer();
}

export interface Shot {
  path: string;
  /** Drawn only when it is needed: thousands of SVG texts are not held at once. */
  scene: () => Scene;
}

/** Renders and writes every shot; `onDone` hears the number finished so far. */
export async function photographAll(shots: readonly Shot[], onDone: (count: number) => void): Promise<void> {
  sharp.concurrency(1);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let shot = shots[next++]; shot; shot = shots[next++]) {
      await writeFile(shot.path, await photograph(shot.scene()));
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}

/** Writes a file whole or not at all, so that its presence says "finished". */
export async function writeWhole(path: string, text: string): Promise<void> {
  const half = `${path}.part`;
  const file = await open(half, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(half, path);
}
