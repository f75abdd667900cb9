import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetItem, DatasetPair, Split } from '@graft/protocol';
import sharp from 'sharp';
import { Random } from '../random.js';

const COLOURS = { red: [200, 40, 40], green: [40, 180, 60], blue: [50, 70, 200], yellow: [220, 200, 60] } as const;
const SHAPES = ['disc', 'bar'] as const;
const SIDE = 24;

export interface TinyItem {
  readonly item: Omit<DatasetItem, 'image'>;
  readonly picture: Buffer;
}

/** A picture of one coloured shape on a noisy ground: two attributes that a tiny encoder can learn in seconds. */
export async function tinyItem(ordinal: number, split: Split, variant = 0): Promise<TinyItem> {
  const random = Random.derive(11, ordinal, variant);
  const colour = Object.keys(COLOURS)[random.below(4)] as keyof typeof COLOURS;
  const shape = SHAPES[random.below(2)] as (typeof SHAPES)[number];
  const id = `item-${ordinal}`;
  const picture = await sharp(paint(COLOURS[colour], shape, random), {
    raw: { width: SIDE, height: SIDE, channels: 3 },
  })
    .png()
    .toBuffer();
  return { item: { id, title: `a ${colour} ${shape}`, attributes: { colour, shape }, split }, picture };
}

export async function tinyItems(count: number): Promise<TinyItem[]> {
  return Promise.all(
    Array.from({ length: count }, (_, ordinal) => tinyItem(ordinal, ordinal % 4 === 3 ? 'val' : 'train')),
  );
}

/** Writes a dataset folder as the import recipe does. */
export async function writeTinyDataset(
  folder: string,
  items: readonly TinyItem[],
  pairs: readonly DatasetPair[] = [],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  let offset = 0;
  const lines = items.map(({ item, picture }) => {
    const image = {
      offset,
      length: picture.length,
      sha256: createHash('sha256').update(picture).digest('hex'),
      width: SIDE,
      height: SIDE,
      format: 'png',
    };
    offset += picture.length;
    return `${JSON.stringify({ ...item, image })}\n`;
  });
  const count = (split: Split): number => items.filter(({ item }) => item.split === split).length;
  const manifest = {
    format: 'graft-dataset',
    formatVersion: 1,
    itemCount: items.length,
    splitCounts: { train: count('train'), val: count('val'), test: count('test') },
    pairCount: pairs.length,
    attributes: {},
  };
  await writeFile(join(folder, 'images.bin'), Buffer.concat(items.map(({ picture }) => picture)));
  await writeFile(join(folder, 'items.jsonl'), lines.join(''));
  await writeFile(join(folder, 'pairs.jsonl'), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
  await writeFile(join(folder, 'dataset.json'), JSON.stringify(manifest));
}

function paint(rgb: readonly [number, number, number], shape: (typeof SHAPES)[number], random: Random): Buffer {
  const pixels = Buffer.alloc(SIDE * SIDE * 3);
  const centre = SIDE / 2 + random.below(5) - 2;
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const inside = shape === 'disc' ? Math.hypot(x - centre, y - centre) < 8 : Math.abs(y - centre) < 4;
      for (let channel = 0; channel < 3; channel += 1) {
        const base = inside ? (rgb[channel] as number) : 230;
        pixels[(y * SIDE + x) * 3 + channel] = Math.max(0, Math.min(255, base + random.below(30) - 15));
      }
    }
  }
  return pixels;
}
