import type { Dataset, DatasetItem, DatasetVersion, ImportProblem } from '../api/schemas.js';
import { minutesAgo, pick, randomSource } from './clock.js';

const colours = {
  sage: '#8fa58a',
  terracotta: '#c4704f',
  navy: '#2f4468',
  mustard: '#d9a441',
  blush: '#dfa7a0',
  charcoal: '#44484b',
  ivory: '#e9e0cf',
  teal: '#2f7f7a',
} as const;
const styles = ['mid-century modern', 'nantucket', 'japandi', 'art deco', 'farmhouse'] as const;
const categories = ['armchair', 'lamp', 'rug', 'vase', 'cushion', 'side table'] as const;
const patterns = ['plain', 'striped', 'dotted', 'checked'] as const;
type Colour = keyof typeof colours;

const colourNames = Object.keys(colours) as Colour[];
const splitOf = (index: number): DatasetItem['split'] => (index % 10 < 8 ? 'train' : index % 10 === 8 ? 'val' : 'test');

export const items: DatasetItem[] = Array.from({ length: 360 }, (_, index) => {
  const random = randomSource(index + 1);
  const [category, colour, pattern, style] = [
    pick(categories, random),
    pick(colourNames, random),
    pick(patterns, random),
    pick(styles, random),
  ];
  return {
    id: `item-${String(index).padStart(5, '0')}`,
    title: `${colour} ${pattern} ${category}, ${style}`.replace(/^./, (letter) => letter.toUpperCase()),
    attributes: { category, colour, pattern, style },
    split: splitOf(index),
    width: 96,
    height: 96,
  };
});

const shapes: Record<(typeof categories)[number], string> = {
  armchair: '<path d="M26 40h44v24H26zM18 50h10v24H18zM68 50h10v24H68zM26 64h44v12H26z"/>',
  lamp: '<path d="M34 20h28l10 28H24zM46 48h4v28h-4zM34 76h28v5H34z"/>',
  rug: '<rect x="14" y="30" width="68" height="40" rx="2"/>',
  vase: '<path d="M40 20h16l-3 14c16 10 14 40 2 46H41c-12-6-14-36 2-46z"/>',
  cushion: '<rect x="24" y="26" width="48" height="46" rx="12"/>',
  'side table': '<path d="M18 38h60v7H18zM24 45h5v36h-5zM67 45h5v36h-5z"/>',
};

/** A drawn product, as a picture the browser needs no server for. */
export function drawnPicture(itemId: string): string {
  const item = items.find((candidate) => candidate.id === itemId) ?? items[0];
  const colour = colours[(item?.attributes.colour ?? 'sage') as Colour];
  const pattern = item?.attributes.pattern;
  const overlay =
    pattern === 'striped'
      ? '<path d="M0 0v8M4 0v8" stroke="#fff" stroke-opacity=".45"/>'
      : pattern === 'dotted'
        ? '<circle cx="4" cy="4" r="1.6" fill="#fff" fill-opacity=".6"/>'
        : pattern === 'checked'
          ? '<path d="M0 4h8M4 0v8" stroke="#fff" stroke-opacity=".5"/>'
          : '';
  const shape = shapes[(item?.attributes.category ?? 'vase') as (typeof categories)[number]];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><defs><pattern id="p" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="${colour}"/>${overlay}</pattern></defs><rect width="96" height="96" fill="#f3f0ea"/><g fill="url(#p)">${shape}</g></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const histogram = (name: string) => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item.attributes[name] ?? '', (counts.get(item.attributes[name] ?? '') ?? 0) + 9);
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
};
const attributes = {
  category: histogram('category'),
  colour: histogram('colour'),
  pattern: histogram('pattern'),
  style: histogram('style'),
};

type VersionFacts = { id: string; dataset: string; number: number; itemCount: number };

const version = ({ id, dataset, number, itemCount }: VersionFacts): DatasetVersion => ({
  id,
  datasetId: `ds-${dataset}`,
  datasetName: dataset,
  version: number,
  itemCount,
  pairCount: 1200,
  splitCounts: {
    train: Math.round(itemCount * 0.8),
    val: Math.round(itemCount * 0.1),
    test: Math.round(itemCount * 0.1),
  },
  attributes,
  treeHash: `${number}f3a91c0de55b8a2e4471aa90bc3de7781200ffee34ab98cd76ef54321908a7${number}`
    .padEnd(64, '0')
    .slice(0, 64),
  createdAt: minutesAgo(180 - number * 20),
});

export const datasetVersions: DatasetVersion[] = [
  version({ id: 'dsv-cat-2', dataset: 'catalogue', number: 2, itemCount: 3240 }),
  version({ id: 'dsv-cat-1', dataset: 'catalogue', number: 1, itemCount: 3206 }),
  version({ id: 'dsv-gen-1', dataset: 'generic', number: 1, itemCount: 2400 }),
];

export const datasets: Dataset[] = [
  {
    id: 'ds-catalogue',
    name: 'catalogue',
    description: 'The team’s home goods: pictures, titles, style and pattern labels, and what was saved together.',
    tier: 'internal',
    createdAt: minutesAgo(190),
    createdBy: 'Ada Researcher',
    latestVersion: datasetVersions[0] ?? null,
    versionCount: 2,
  },
  {
    id: 'ds-generic',
    name: 'generic',
    description: 'Pictures that any stock model would have seen: shapes and objects without our labels.',
    tier: 'public',
    createdAt: minutesAgo(195),
    createdBy: 'Graft',
    latestVersion: datasetVersions[2] ?? null,
    versionCount: 1,
  },
  {
    id: 'ds-reviews',
    name: 'user-photos',
    description: '',
    tier: 'restricted',
    createdAt: minutesAgo(12),
    createdBy: 'Ada Researcher',
    latestVersion: null,
    versionCount: 0,
  },
];

export const importProblems: ImportProblem[] = [
  {
    row: 18,
    itemId: 'item-00017',
    code: 'file-missing',
    message: 'pictures/chair-0017.jpg is named in the manifest but was not uploaded',
  },
  {
    row: 204,
    itemId: 'item-00203',
    code: 'image-broken',
    message: 'pictures/lamp-0203.jpg ends in the middle of the picture (JPEG, 4,102 bytes read)',
  },
  {
    row: 205,
    itemId: 'item-00017',
    code: 'duplicate-id',
    message: 'id item-00017 was already used in row 18; ids must be unique',
  },
  { row: 911, itemId: 'item-00910', code: 'unknown-split', message: 'split is "holdout"; expected train, val or test' },
];
