import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simulateCoEngagement } from './co-engagement.js';
import { photographAll, writeWhole, type Shot } from './photograph.js';
import { drawGenericThing, drawProduct, genericScene, productScene } from './product.js';
import { seededRandom, shareOf } from './random.js';
import { writeTitle } from './titles.js';

/** What is rendered; two equal plans give equal folders. */
export interface CataloguePlan {
  seed: string;
  /** Product pictures of the catalogue, pictures of the generic set, simulated shoppers. */
  products: number;
  generic: number;
  shoppers: number;
}

export const demoPlan: CataloguePlan = { seed: 'graft-1', products: 3200, generic: 2400, shoppers: 1500 };
export const smallPlan: CataloguePlan = { seed: 'graft-1', products: 400, generic: 240, shoppers: 200 };

export interface RenderedFolder {
  name: string;
  folder: string;
  rows: number;
}

export type Row = readonly string[];

const csvField = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
export const csv = (rows: readonly Row[]): string => `${rows.map((row) => row.map(csvField).join(',')).join('\n')}\n`;

const splitOf = (id: string, seed: string): string => {
  const share = shareOf(id, `${seed}:split`);
  return share < 0.8 ? 'train' : share < 0.9 ? 'val' : 'test';
};

const productHeader = ['id', 'file', 'title', 'split', 'category', 'colour', 'pattern', 'style'];

/** Rows that an import must refuse, each in its own words: real manifests have them. */
const badRows: readonly Row[] = [
  [
    'p-90001',
    'pictures/never-taken.jpg',
    'Walnut Chair, photo to follow',
    'train',
    'chair',
    'brown',
    'plain',
    'rustic',
  ],
  ['p-90002', 'pictures/broken.jpg', 'Blue Striped Rug', 'train', 'rug', 'blue', 'stripes', 'nantucket'],
  ['p-90003', 'pictures/cut-short.jpg', 'Brass Lamp', 'train', 'lamp', 'yellow', 'plain', 'art-deco'],
  ['p-00001', 'pictures/p-00001.jpg', 'The first product once more', 'train', 'chair', 'red', 'plain', 'rustic'],
  ['p-90004', 'pictures/p-00002.jpg', 'Scandi Vase', 'holdout', 'vase', 'white', 'plain', 'scandinavian'],
  ['', 'pictures/p-00003.jpg', 'Product without an id', 'train', 'bag', 'black', 'plain', 'minimalist'],
];
export const badRowCount = badRows.length;

export function planProducts(plan: CataloguePlan): { rows: Row[]; pairs: Row[]; shots: Shot[] } {
  const random = seededRandom(`${plan.seed}:products`);
  const products = Array.from({ length: plan.products }, (_, i) =>
    drawProduct(`p-${String(i + 1).padStart(5, '0')}`, random),
  );
  const rows = products.map((product) => [
    product.id,
    `pictures/${product.id}.jpg`,
    writeTitle(product, plan.seed),
    splitOf(product.id, plan.seed),
    product.category,
    product.colour,
    product.pattern,
    product.style.name,
  ]);
  const pairs = simulateCoEngagement(products, plan.shoppers, plan.seed).map(({ a, b, weight }) => [
    a,
    b,
    String(weight),
  ]);
  const shots = products.map((product) => ({
    path: `pictures/${product.id}.jpg`,
    scene: () => productScene(product, plan.seed),
  }));
  return { rows: [productHeader, ...rows, ...badRows], pairs: [['item_a', 'item_b', 'weight'], ...pairs], shots };
}

export function planGeneric(plan: CataloguePlan): { rows: Row[]; shots: Shot[] } {
  const random = seededRandom(`${plan.seed}:generic`);
  const things = Array.from({ length: plan.generic }, (_, i) =>
    drawGenericThing(`g-${String(i + 1).padStart(5, '0')}`, random),
  );
  const rows = things.map((thing) => [
    thing.id,
    `pictures/${thing.id}.jpg`,
    `a photo of a ${thing.colour} ${thing.category}`,
    splitOf(thing.id, plan.seed),
    thing.category,
    thing.colour,
  ]);
  return {
    rows: [['id', 'file', 'title', 'split', 'category', 'colour'], ...rows],
    shots: things.map((thing) => ({ path: `pictures/${thing.id}.jpg`, scene: () => genericScene(thing, plan.seed) })),
  };
}

/** The manifest is written last and whole: a folder that has it, made by the same plan, needs no second rendering. */
async function isRendered(folder: string, plan: CataloguePlan): Promise<boolean> {
  try {
    return (await readFile(join(folder, 'plan.json'), 'utf8')) === JSON.stringify(plan);
  } catch {
    return false;
  }
}

async function shoot(folder: string, shots: readonly Shot[], onDone: (count: number) => void): Promise<void> {
  await mkdir(join(folder, 'pictures'), { recursive: true });
  await photographAll(
    shots.map(({ path, scene }) => ({ path: join(folder, path), scene })),
    onDone,
  );
}

export async function renderCatalogue(
  folder: string,
  plan: CataloguePlan,
  onDone: (count: number) => void = () => {},
): Promise<RenderedFolder> {
  const { rows, pairs, shots } = planProducts(plan);
  const rendered = { name: 'catalogue', folder, rows: rows.length - 1 };
  if (await isRendered(folder, plan)) return rendered;
  await shoot(folder, shots, onDone);
  await writeFile(join(folder, 'pictures/broken.jpg'), 'this is no picture\n');
  const first = await readFile(join(folder, 'pictures/p-00001.jpg'));
  await writeFile(join(folder, 'pictures/cut-short.jpg'), first.subarray(0, 180));
  await writeWhole(join(folder, 'pairs.csv'), csv(pairs));
  await writeWhole(join(folder, 'manifest.csv'), csv(rows));
  await writeWhole(join(folder, 'plan.json'), JSON.stringify(plan));
  return rendered;
}

export async function renderGeneric(
  folder: string,
  plan: CataloguePlan,
  onDone: (count: number) => void = () => {},
): Promise<RenderedFolder> {
  const { rows, shots } = planGeneric(plan);
  const rendered = { name: 'generic', folder, rows: rows.length - 1 };
  if (await isRendered(folder, plan)) return rendered;
  await shoot(folder, shots, onDone);
  await writeWhole(join(folder, 'manifest.csv'), csv(rows));
  await writeWhole(join(folder, 'plan.json'), JSON.stringify(plan));
  return rendered;
}
