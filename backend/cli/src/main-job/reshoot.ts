import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { shareOf } from '../catalogue/random.js';
import type { ImportPlan, PlannedFile } from '../import/plan.js';

async function bytesOf({ path, offset, length }: PlannedFile): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    await handle.read(bytes, 0, length, offset);
    return bytes;
  } finally {
    await handle.close();
  }
}

/** A new photo of the same product: brighter and from the other side. null for a file that is no picture. */
async function photographAgain(bytes: Buffer): Promise<Buffer | null> {
  return sharp(bytes)
    .flop()
    .modulate({ brightness: 1.12 })
    .jpeg({ quality: 88 })
    .toBuffer()
    .catch(() => null);
}

/**
 * The same import with new photos of `share` of the pictures, chosen by their names: every repetition touches the same ones.
 * @param folder where the new photos are kept.
 */
export async function reshoot(
  plan: ImportPlan,
  share: number,
  folder: string,
): Promise<{ plan: ImportPlan; touched: number }> {
  await mkdir(folder, { recursive: true });
  const byChance = plan.files
    .map(({ name }) => ({ name, chance: shareOf(name, 'reshoot') }))
    .sort((a, b) => a.chance - b.chance);
  const chosen = new Set(byChance.slice(0, Math.round(share * plan.files.length)).map(({ name }) => name));
  let touched = 0;
  const files: PlannedFile[] = [];
  for (const file of plan.files) {
    const photo = chosen.has(file.name) ? await photographAgain(await bytesOf(file)) : null;
    if (photo === null) {
      files.push(file);
      continue;
    }
    touched += 1;
    const path = join(folder, `${touched}.jpg`);
    await writeFile(path, photo);
    files.push({ name: file.name, path, offset: 0, length: photo.length });
  }
  return { touched, plan: { ...plan, files, bytes: files.reduce((sum, file) => sum + file.length, 0) } };
}
