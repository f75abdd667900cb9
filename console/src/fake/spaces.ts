import type {
  SearchAnswer,
  SearchIndex,
  SearchIndexVersion,
  SearchRequest,
  Snapshot,
  SpaceCompatibility,
  SpaceDetail,
  SpaceReport,
} from '../api/schemas.js';
import { items } from './catalogue.js';
import { minutesAgo, randomSource } from './clock.js';
import { snapshots } from './experiments.js';

const live = snapshots[0] as Snapshot;
const definition: SpaceDetail['definition'] = {
  encoderSha256: '5be1'.repeat(16),
  preprocessing: { width: 48, height: 48, fit: 'fill', mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  pooling: 'mean',
  normalised: true,
  dim: 128,
  dtype: 'float32',
};
const otherSpace = `sp_${'77ab'.repeat(8)}`;

export const spaces: SpaceDetail[] = [
  {
    id: live.spaceId,
    definition,
    encoderTree: 'c'.repeat(64),
    createdAt: minutesAgo(150),
    live: [
      {
        datasetId: 'ds-catalogue',
        datasetName: 'catalogue',
        snapshot: live,
        previousId: 'snap-0',
        movedAt: minutesAgo(40),
        ageSeconds: 2500,
        newestVersion: { id: 'dsv-cat-2', version: 2 },
        coverage: { items: 3240, covered: 3198, stale: 32, missing: 10 },
        encodedOnMiss: 12,
      },
    ],
  },
];

const indexVersion = (version: number, more: Partial<SearchIndexVersion> = {}): SearchIndexVersion => ({
  id: `siv-${version}`,
  version,
  snapshotId: live.id,
  spaceId: live.spaceId,
  datasetVersionId: 'dsv-cat-2',
  itemCount: 3240,
  encoderTree: 'c'.repeat(64),
  readsTexts: true,
  serverState: 'ready',
  serverMessage: null,
  gauges: { searches: 1840, refused: 3, p50Ms: 3.1, p95Ms: 7.4, recall10: 0.994, recallChecks: 92 },
  createdAt: minutesAgo(60 - 10 * version),
  ...more,
});

export const searchIndexes: SearchIndex[] = [
  {
    id: 'si-catalogue',
    name: 'catalogue-search',
    datasetId: 'ds-catalogue',
    datasetName: 'catalogue',
    state: 'ready',
    followLive: true,
    current: indexVersion(3),
    previous: indexVersion(2, {
      gauges: { searches: 9120, refused: 8, p50Ms: 3, p95Ms: 7.1, recall10: 0.992, recallChecks: 456 },
    }),
    next: null,
    createdAt: minutesAgo(140),
    switchedAt: minutesAgo(22),
  },
];

export const spaceCompatibilities: SpaceCompatibility[] = [
  {
    id: 'sc-1',
    querySpaceId: live.spaceId,
    storedSpaceId: otherSpace,
    map: 'orthogonal',
    runId: 'run-look',
    overlap: 0.87,
    overlapLow: 0.85,
    queries: 1000,
    reason: 'While the catalogue is encoded again.',
    declaredBy: 'p-admin',
    declaredByName: 'Grace Admin',
    createdAt: minutesAgo(15),
  },
];

/** Items that share most with the asked one; in words, those whose title holds them. */
export function searched({ item, text, limit = 24 }: SearchRequest): SearchAnswer {
  const like = items.find(({ id }) => id === item) ?? items[7]!;
  const words = text?.toLowerCase().split(/\s+/) ?? [];
  const ranked = items
    .filter(({ id }) => id !== item)
    .map((candidate) => {
      const shared = Object.entries(candidate.attributes).filter(([name, value]) => like.attributes[name] === value);
      const said = words.filter((word) => candidate.title.toLowerCase().includes(word));
      return { candidate, score: 0.3 + 0.15 * shared.length * (text && !item ? 0 : 1) + 0.2 * said.length };
    })
    .sort((a, b) => b.score - a.score);
  return {
    snapshotId: live.id,
    spaceId: live.spaceId,
    version: 3,
    datasetVersionId: 'dsv-cat-2',
    approximate: true,
    candidates: 120,
    tookMs: 3.4,
    items: ranked.slice(0, limit).map(({ candidate: { id, title, attributes }, score }, index) => ({
      id,
      title,
      attributes,
      score: Math.min(0.99, score),
      duplicates: index === 2 ? ['item-00011'] : [],
    })),
  };
}

const estimate = (value: number) => ({ value, low: value - 0.012, high: value + 0.012, n: 1000 });
const overlaps = (...values: number[]) =>
  values.map((value, index) => ({ k: [1, 10, 50][index]!, overlap: estimate(value) }));
const neighboursOf = (index: number, stride: number) =>
  Array.from({ length: 8 }, (_, rank) => ({
    itemId: items[(index + stride * (rank + 1)) % items.length]!.id,
    score: 0.95 - 0.03 * rank,
  }));

export const spaceReport: SpaceReport = {
  format: 'graft-space-report',
  formatVersion: 1,
  space: { id: live.spaceId, definition },
  itemCount: 3240,
  norms: { mean: 1, deviation: 0, min: 1, max: 1 },
  centroidLength: 0.21,
  agreement: ['category', 'colour', 'style', 'pattern'].map((attribute, index) => ({
    attribute,
    k: 10,
    neighbours: estimate(0.91 - 0.16 * index),
    chance: 0.17 + 0.04 * index,
  })),
  map: items.map(({ id, attributes }, index) => {
    const random = randomSource(index + 900);
    const group = ['armchair', 'lamp', 'rug', 'vase', 'cushion', 'side table'].indexOf(attributes.category ?? '');
    const angle = (2 * Math.PI * group) / 6;
    const spread = () => 0.13 * (random() + random() - 1);
    return {
      itemId: id,
      attributes,
      x: 0.5 + 0.33 * Math.cos(angle) + spread(),
      y: 0.5 + 0.33 * Math.sin(angle) + spread(),
    };
  }),
  grids: [3, 40, 77, 120].map((index) => ({
    itemId: items[index]!.id,
    neighbours: neighboursOf(index, 7),
    against: [...neighboursOf(index, 7).slice(0, 5), ...neighboursOf(index, 11).slice(5)],
  })),
  against: {
    space: { id: otherSpace, definition },
    sharedItems: 3198,
    norms: { mean: 1, deviation: 0, min: 1, max: 1 },
    centroidShift: 0.32,
    neighbourOverlap: overlaps(0.71, 0.66, 0.7),
    crossQueries: {
      fittedOn: 2198,
      unmapped: overlaps(0.01, 0.03, 0.08),
      mapped: overlaps(0.74, 0.87, 0.83),
      meanCosine: estimate(0.82),
    },
  },
};
