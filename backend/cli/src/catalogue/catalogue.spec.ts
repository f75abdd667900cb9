import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badRowCount, demoPlan, planGeneric, planProducts, renderCatalogue, renderGeneric } from './catalogue.js';
import { categories, genericCategories } from './product.js';

const small = { seed: 'spec', products: 24, generic: 12, shoppers: 20 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-cli-catalogue-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function digest(root: string): Promise<Record<string, string>> {
  const names = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const pairs = await Promise.all(
    names.sort().map(async (name) => [
      name.slice(root.length),
      createHash('sha256')
        .update(await readFile(name))
        .digest('hex'),
    ]),
  );
  return Object.fromEntries(pairs);
}

describe('the built-in catalogue', () => {
  it('is the same, byte for byte, for the same seed', async () => {
    await renderCatalogue(join(folder, 'a'), small);
    await renderCatalogue(join(folder, 'b'), small);
    await renderCatalogue(join(folder, 'c'), { ...small, seed: 'other' });
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => digest(join(folder, name))));
    expect(a).toEqual(b);
    expect(c?.['/pictures/p-00001.jpg']).not.toBe(a?.['/pictures/p-00001.jpg']);
  });

  it('renders nothing again where the folder is already there', async () => {
    const pictures: number[] = [];
    await renderGeneric(join(folder, 'generic'), small, (count) => pictures.push(count));
    expect(pictures).toHaveLength(small.generic);
    await renderGeneric(join(folder, 'generic'), small, (count) => pictures.push(count));
    expect(pictures).toHaveLength(small.generic);
  });

  it('draws real JPEG files of 96 x 96 pixels', async () => {
    await renderCatalogue(join(folder, 'a'), small);
    const { format, width, height } = await sharp(join(folder, 'a/pictures/p-00007.jpg')).metadata();
    expect({ format, width, height }).toEqual({ format: 'jpeg', width: 96, height: 96 });
  });

  it('has at least 3,000 products in full, in splits of about 80/10/10, with a few rows an import must refuse', () => {
    const { rows, shots, pairs } = planProducts(demoPlan);
    expect(shots.length).toBeGreaterThanOrEqual(3000);
    expect(rows).toHaveLength(1 + shots.length + badRowCount);
    const good = rows.slice(1, 1 + shots.length);
    expect(new Set(good.map(([id]) => id)).size).toBe(good.length);
    const share = (split: string): number => good.filter((row) => row[3] === split).length / good.length;
    expect(share('train')).toBeCloseTo(0.8, 1);
    expect(share('val')).toBeCloseTo(0.1, 1);
    expect(share('test')).toBeCloseTo(0.1, 1);
    expect(pairs.length).toBeGreaterThan(shots.length);
  });

  it('ties no attribute to another, to the title alone or to the split', () => {
    const good = planProducts(demoPlan).rows.slice(1, 1 + demoPlan.products);
    const styleGivenCategory = categories.map((category) => {
      const of = good.filter((row) => row[4] === category);
      return Math.max(
        ...[...new Set(of.map((row) => row[7]))].map(
          (style) => of.filter((row) => row[7] === style).length / of.length,
        ),
      );
    });
    expect(Math.max(...styleGivenCategory)).toBeLessThan(0.25);
    const naming = good.filter((row) => (row[2] ?? '').toLowerCase().includes((row[4] ?? '').toLowerCase()));
    expect(naming.length).toBeLessThan(good.length);
  });

  it('names in its pairs only products of its own', () => {
    const { rows, pairs } = planProducts(small);
    const ids = new Set(rows.map(([id]) => id));
    for (const [a, b] of pairs.slice(1)) expect(ids.has(a) && ids.has(b) && a !== b).toBe(true);
  });

  it('has a generic set with the same categories and more, without styles', () => {
    const { rows } = planGeneric(demoPlan);
    expect(rows[0]).toEqual(['id', 'file', 'title', 'split', 'category', 'colour']);
    expect(genericCategories.length).toBeGreaterThan(categories.length);
    expect(new Set(rows.slice(1).map((row) => row[4]))).toEqual(new Set(genericCategories));
  });
});
