import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SpaceReport, type Space } from '@graft/protocol';
import { Random, spaceOf, writeSnapshot } from '@graft/runner';
import {
  runTask,
  type TaskOutcome,
  temporaryFolder,
  type TinyItem,
  tinyItems,
  writeTinyDataset,
} from '@graft/runner/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectSpace } from './inspect-space.js';

const COUNT = 120;
const DIM = 8;
let items: TinyItem[];
let root: string;

const space = (encoder: string, dim = DIM): Space =>
  spaceOf({
    encoderSha256: encoder.repeat(64).slice(0, 64),
    preprocessing: { width: 8, height: 8, fit: 'fill', mean: [0, 0, 0], std: [1, 1, 1] },
    pooling: 'mean',
    normalised: false,
    dim,
    dtype: 'float32',
  });

/** Vectors that lie by colour: one direction for each, with noise. */
function vectorsByColour(scale: number): Float32Array {
  const random = new Random(5);
  const directions = new Map<string, Float32Array>();
  const vectors = new Float32Array(COUNT * DIM);
  for (const [row, { item }] of items.entries()) {
    const colour = item.attributes['colour']!;
    if (!directions.has(colour))
      directions.set(
        colour,
        Float32Array.from({ length: DIM }, () => random.normal()),
      );
    for (let at = 0; at < DIM; at += 1)
      vectors[row * DIM + at] = scale * (directions.get(colour)![at]! + 0.2 * random.normal());
  }
  return vectors;
}

/** Every vector with its first two coordinates turned by a quarter: another space in which everything is where it was. */
function rotated(vectors: Float32Array): Float32Array {
  return vectors.map((value, at) => {
    if (at % DIM === 0) return -vectors[at + 1]!;
    return at % DIM === 1 ? vectors[at - 1]! : value;
  });
}

async function write(name: string, of: Space, vectors: Float32Array, keep: (row: number) => boolean = () => true) {
  const rows = [...items.keys()].filter(keep);
  const kept = new Float32Array(rows.length * of.definition.dim);
  for (const [to, row] of rows.entries())
    kept.set(vectors.subarray(row * of.definition.dim, (row + 1) * of.definition.dim), to * of.definition.dim);
  await writeSnapshot(join(root, name), {
    space: of,
    ids: rows.map((row) => items[row]!.item.id),
    keys: rows.map((row) => String(row).padStart(64, '0')),
    vectors: kept,
    encodedCount: rows.length,
    reusedCount: 0,
  });
}

async function inspect(
  input: Record<string, unknown> = {},
): Promise<TaskOutcome & { report: SpaceReport | undefined }> {
  const workspace = await temporaryFolder();
  const outcome = await runTask(
    'inspect-space',
    inspectSpace,
    { dataset: 'dataset', snapshot: 'snapshot', mapItems: 40, queries: 5, neighbours: 4, ...input },
    { inputsRoot: root, workspace },
  );
  if (outcome.failure) return { ...outcome, report: undefined };
  const text = await readFile(join(workspace, 'out/space-report/space.json'), 'utf8');
  return { ...outcome, report: SpaceReport.parse(JSON.parse(text)) };
}

beforeAll(async () => {
  items = await tinyItems(COUNT);
  root = await temporaryFolder();
  await writeTinyDataset(join(root, 'dataset'), items);
  const vectors = vectorsByColour(3);
  await write('snapshot', space('a'), vectors);
  await write('rotated', space('b'), rotated(vectors));
  await write('partial', space('a'), vectors, (row) => row % 2 === 0);
  const random = new Random(9);
  await write(
    'unrelated',
    space('c', 4),
    Float32Array.from({ length: COUNT * 4 }, () => random.normal()),
  );
});

describe('one snapshot', () => {
  it('is described by lengths, neighbours, agreement and a map', async () => {
    const { report } = await inspect();
    expect(report?.norms.mean).toBeGreaterThan(3);
    expect(report?.map).toHaveLength(40);
    expect(report?.map.every(({ x, y }) => x >= 0 && x <= 1 && y >= 0 && y <= 1)).toBe(true);
    const colour = report?.agreement.find(({ attribute }) => attribute === 'colour');
    expect(colour?.neighbours.value).toBeGreaterThan(0.9);
    expect(colour?.chance).toBeLessThan(0.4);
    const shape = report?.agreement.find(({ attribute }) => attribute === 'shape');
    expect(shape?.neighbours.value).toBeCloseTo(shape!.chance, 0);
    expect(report?.against).toBeNull();
  });

  it('shows neighbours without the item itself, best first', async () => {
    const { report } = await inspect();
    for (const { itemId, neighbours } of report!.grids) {
      expect(neighbours).toHaveLength(4);
      expect(neighbours.map((neighbour) => neighbour.itemId)).not.toContain(itemId);
      const scores = neighbours.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }
  });

  it('gives the same report for the same seed', async () => {
    expect((await inspect()).report).toEqual((await inspect()).report);
  });
});

describe('against another snapshot', () => {
  it('of a turned space: the same neighbours, queries lost as they are and found through the map', async () => {
    const { report, result } = await inspect({ against: 'rotated' });
    const at = (overlaps: readonly { k: number; overlap: { value: number } }[]) =>
      overlaps.find(({ k }) => k === 10)!.overlap.value;
    const against = report!.against!;
    expect(at(against.neighbourOverlap)).toBeGreaterThan(0.99);
    expect(at(against.crossQueries!.unmapped)).toBeLessThan(0.9);
    expect(at(against.crossQueries!.mapped)).toBeGreaterThan(0.99);
    expect(against.crossQueries!.meanCosine.value).toBeCloseTo(1, 4);
    expect(against.centroidShift).toBeGreaterThan(0);
    expect(result).toMatchObject({ neighbourOverlap10: at(against.neighbourOverlap) });
  });

  it('that holds half of the items: only those are compared, the others have no grid there', async () => {
    const { report } = await inspect({ against: 'partial', queries: 20 });
    expect(report?.against?.sharedItems).toBe(COUNT / 2);
    expect(report?.against?.centroidShift).toBe(0);
    expect(report?.grids.some(({ against }) => against === null)).toBe(true);
    expect(report?.grids.some(({ against }) => against?.length === 4)).toBe(true);
  });

  it('of another dimension and unrelated vectors: hardly a neighbour in common, no map', async () => {
    const { report } = await inspect({ against: 'unrelated' });
    expect(report?.against?.crossQueries).toBeNull();
    expect(report?.against?.neighbourOverlap.find(({ k }) => k === 10)?.overlap.value).toBeLessThan(0.3);
  });
});

it('refuses an attribute that no item has, naming those there are', async () => {
  const { failure } = await inspect({ attributes: ['brand'] });
  expect(failure).toMatchObject({
    code: 'input-invalid',
    message: 'attributes: expected some of colour, shape, found "brand".',
  });
});
