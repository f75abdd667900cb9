import type { SpaceReport } from '@graft/protocol';
import { InputInvalid, permutation, type Random, type Snapshot } from '@graft/runner';
import { meanWithInterval, type Estimate } from './estimate.js';
import { centroid, type Gallery, pick, readGallery, rowOf } from './gallery.js';
import { nearest, withoutSelf, type Nearest } from './nearest.js';
import { orthogonalMap, turned } from './procrustes.js';

type Comparison = NonNullable<SpaceReport['against']>;

const DEPTHS = [1, 10, 50];
const DEEPEST = 50;
const MOST_QUERIES = 1000;
/** Rows a map is fitted on: a d x d map of some hundred columns is settled well before. */
const MOST_FITTED = 10_000;

export interface Compared {
  readonly comparison: Comparison;
  /** The fitted orthogonal map [dim, dim], row-major; undefined where the dimensions differ. */
  readonly map: Float64Array | undefined;
}

/** How `other` stands to `inspected`, over the items that both hold; the same items are asked in both. */
export async function compare(
  inspected: Snapshot,
  other: Snapshot,
  options: { threads: number; random: Random },
): Promise<Compared> {
  const { random, threads } = options;
  const shared = inspected.ids.filter((id) => other.rowOf(id) !== undefined);
  if (shared.length === 0)
    throw new InputInvalid(
      'against: expected a snapshot that shares items with the inspected one, found none in common.',
    );
  const [left, right] = [readGallery(inspected, shared), readGallery(other, shared)];
  const order = permutation(shared.length, random);
  const queries = [...order.subarray(0, Math.min(MOST_QUERIES, Math.ceil(order.length / 2)))];
  const search = async (from: Gallery, gallery: Gallery): Promise<Nearest> =>
    withoutSelf(await nearest(pick(from, queries), gallery, { k: DEEPEST + 1, threads }), queries, DEEPEST);
  const truth = await search(right.gallery, right.gallery);
  const overlaps = (found: Nearest): Comparison['neighbourOverlap'] =>
    DEPTHS.filter((k) => k < shared.length).map((k) => ({ k, overlap: overlapAt(found, truth, { k, random }) }));

  const outline = {
    space: other.manifest.space,
    sharedItems: shared.length,
    norms: right.norms,
    neighbourOverlap: overlaps(await search(left.gallery, left.gallery)),
  };
  if (inspected.dim !== other.dim || shared.length < 2)
    return { comparison: { ...outline, centroidShift: null, crossQueries: null }, map: undefined };
  const fitted = [...order.subarray(queries.length, queries.length + MOST_FITTED)];
  const map = orthogonalMap(pick(left.gallery, fitted), pick(right.gallery, fitted));
  const mapped = turned(left.gallery, map);
  return {
    map,
    comparison: {
      ...outline,
      centroidShift: distance(centroid(left.gallery), centroid(right.gallery)),
      crossQueries: {
        fittedOn: fitted.length,
        unmapped: overlaps(await search(left.gallery, right.gallery)),
        mapped: overlaps(await search(mapped, right.gallery)),
        meanCosine: meanWithInterval(
          queries.map((row) => cosine(rowOf(mapped, row), rowOf(right.gallery, row))),
          random,
        ),
      },
    },
  };
}

function overlapAt(found: Nearest, truth: Nearest, { k, random }: { k: number; random: Random }): Estimate {
  const shares = found.rows.map((row, query) => {
    const expected = new Set(truth.rows[query]!.subarray(0, k));
    return row.subarray(0, k).reduce((hits, at) => hits + Number(expected.has(at)), 0) / k;
  });
  return meanWithInterval(shares, random);
}

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);

const distance = (a: Float64Array, b: Float64Array): number => Math.hypot(...a.map((value, at) => value - b[at]!));
