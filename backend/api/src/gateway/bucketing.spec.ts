import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bucketRanges,
  chooseVariation,
  equalWeights,
  hashUnit,
  inNamespace,
  type BucketRange,
  type Namespace,
} from './bucketing.js';

interface PublishedCases {
  hash: [salt: string, unit: string, version: number, expected: number | null][];
  getBucketRange: [
    name: string,
    input: [count: number, coverage: number, weights: number[] | null],
    expected: BucketRange[],
  ][];
  chooseVariation: [name: string, hash: number, ranges: BucketRange[], expected: number][];
  inNamespace: [name: string, unit: string, namespace: Namespace, expected: boolean][];
  getEqualWeights: [count: number, expected: number[]][];
}

/** A handful of the published vectors, so that a checkout without the data folder still proves the algorithm. */
const inlined: PublishedCases = {
  hash: [
    ['', 'a', 1, 0.22],
    ['b', 'a', 1, 0.946],
    ['seed', 'a', 2, 0.0505],
    ['seed', 'b', 2, 0.2696],
    ['foo', 'ab', 2, 0.2575],
    ['foo', 'def', 2, 0.2019],
    ['abc', 'def', 99, null],
  ],
  getBucketRange: [
    [
      'reduced coverage',
      [2, 0.5, null],
      [
        [0, 0.25],
        [0.5, 0.75],
      ],
    ],
    [
      'zero coverage',
      [2, 0, null],
      [
        [0, 0],
        [0.5, 0.5],
      ],
    ],
    [
      'uneven weights',
      [2, 1, [0.4, 0.6]],
      [
        [0, 0.4],
        [0.4, 1],
      ],
    ],
    [
      'weights sum above 1',
      [2, 1, [0.7, 0.6]],
      [
        [0, 0.5],
        [0.5, 1],
      ],
    ],
  ],
  chooseVariation: [
    [
      'boundary belongs to the next range',
      0.5,
      [
        [0, 0.5],
        [0.5, 1],
      ],
      1,
    ],
    [
      'outside',
      0.4,
      [
        [0, 0.25],
        [0.5, 0.75],
      ],
      -1,
    ],
  ],
  inNamespace: [
    ['user 1, namespace1, 1', '1', ['namespace1', 0, 0.4], false],
    ['user 3, namespace2, 1', '3', ['namespace2', 0, 0.4], true],
  ],
  getEqualWeights: [
    [0, []],
    [3, [0.33333333, 0.33333333, 0.33333333]],
  ],
};

function itMatches(cases: PublishedCases): void {
  it.each(cases.hash)('hash(%j, %j, version %j) = %j', (salt, unit, version, expected) => {
    expect(hashUnit(salt, unit, version)).toBe(expected);
  });
  it.each(cases.getBucketRange)('bucket ranges: %s', (_name, [count, coverage, weights], expected) => {
    const ranges = bucketRanges(count, coverage, weights);
    expect(ranges).toHaveLength(expected.length);
    ranges.forEach((range, i) => {
      expect(range[0]).toBeCloseTo(expected[i]![0], 8);
      expect(range[1]).toBeCloseTo(expected[i]![1], 8);
    });
  });
  it.each(cases.chooseVariation)('variation: %s', (_name, hash, ranges, expected) => {
    expect(chooseVariation(hash, ranges)).toBe(expected);
  });
  it.each(cases.inNamespace)('namespace: %s', (_name, unit, namespace, expected) => {
    expect(inNamespace(unit, namespace)).toBe(expected);
  });
  it.each(cases.getEqualWeights)('equal weights of %j', (count, expected) => {
    const weights = equalWeights(count);
    expect(weights).toHaveLength(expected.length);
    weights.forEach((weight, i) => expect(weight).toBeCloseTo(expected[i]!, 8));
  });
}

describe('inlined vectors', () => itMatches(inlined));

// eslint-disable-next-line no-restricted-syntax -- a test finds its data by the variable that says where the data is
const dataFolder = process.env['GRAFT_DATA_DIR'] ?? join(import.meta.dirname, '../../../../../shared/data');
const casesFile = join(dataFolder, 'growthbook-cases/cases.json');
const published = existsSync(casesFile) ? (JSON.parse(readFileSync(casesFile, 'utf8')) as PublishedCases) : null;
if (published === null)
  console.warn(
    `SKIPPED: all published GrowthBook vectors, because ${casesFile} is absent. Set GRAFT_DATA_DIR to run them.`,
  );
describe.runIf(published !== null)('all published vectors', () => {
  if (published !== null) itMatches(published);
});

describe('assignment over many units', () => {
  const units = Array.from({ length: 100_000 }, (_, i) => `unit-${i}`);
  const arms = (salt: string) => units.map((unit) => (hashUnit(salt, unit, 2)! < 0.5 ? 0 : 1));

  it('two experiments over the same units do not correlate', () => {
    const [first, second] = [arms('endpoint-a'), arms('endpoint-b')];
    const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length;
    const [m1, m2] = [mean(first), mean(second)];
    const covariance = mean(first.map((value, i) => (value - m1) * (second[i]! - m2)));
    expect(Math.abs(covariance / Math.sqrt(m1 * (1 - m1) * m2 * (1 - m2)))).toBeLessThan(0.02);
  });

  it('a treatment that grows keeps every unit it had', () => {
    const choose = (weights: number[]) =>
      units.map((unit) => chooseVariation(hashUnit('salt', unit, 2)!, bucketRanges(2, 1, weights)));
    const before = choose([0.9, 0.1]);
    const after = choose([0.5, 0.5]);
    expect(before.every((variant, i) => variant === 0 || after[i] === 1)).toBe(true);
  });
});
