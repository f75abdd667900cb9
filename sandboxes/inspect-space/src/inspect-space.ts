import { join } from 'node:path';
import { float32, writeSafetensors } from '@graft/engine';
import type { DatasetItem, SpaceReport } from '@graft/protocol';
import { Dataset, InputInvalid, permutation, Random, type RecipeContext, Snapshot, writeWhole } from '@graft/runner';
import { agreementOf } from './agreement.js';
import { compare } from './comparison.js';
import { centroid, type Gallery, pick, readGallery } from './gallery.js';
import { nearest, type Nearest, withoutSelf } from './nearest.js';
import { layOut } from './plane.js';

/** Beside the report where the two spaces have one dimension. */
const MAP_FILE = 'map.safetensors';

type Context = RecipeContext<'inspect-space'>;

/** Neighbours by which agreement is counted. */
const AGREEMENT_DEPTH = 10;
const AGREEMENT_QUERIES = 1000;
/** Keep the random streams of the parts apart: asking for a larger map moves no other figure. */
const streams = { grids: 1, agreement: 2, map: 3, comparison: 4 } as const;

/** Looks at a snapshot: lengths, spread, neighbours, a map; and at what changed against another one. Writes `space.json`. */
export async function inspectSpace(context: Context): Promise<Record<string, unknown>> {
  const { input, task } = context;
  await using dataset = await Dataset.open(context.inputPath(input.dataset));
  const items = new Map(dataset.items.map((item) => [item.id, item]));
  const snapshot = await Snapshot.open(context.inputPath(input.snapshot));
  const other = input.against === null ? undefined : await Snapshot.open(context.inputPath(input.against));
  const ids = snapshot.ids.filter((id) => items.has(id));
  if (ids.length < 2)
    throw new InputInvalid(
      `snapshot: expected vectors of at least 2 items of the dataset, found ${ids.length}. Take the dataset that the snapshot was made of.`,
    );
  const { gallery, norms } = readGallery(snapshot, ids);
  context.progress(0.1, 'comparing neighbours');
  const random = (stream: keyof typeof streams): Random => Random.derive(task.seed, streams[stream]);
  const attributes = await agreement(context, { gallery, items, random: random('agreement') });
  await context.breathe();
  const grids = await neighbourGrids(context, { gallery, other, random: random('grids') });
  await context.breathe();
  context.progress(0.4, 'laying out the map');
  const sample = [...permutation(ids.length, random('map')).subarray(0, input.mapItems)];
  const map = await layOut(pick(gallery, sample), random('map'), async (share) => {
    context.progress(0.4 + 0.4 * share, 'laying out the map');
    await context.breathe();
  });
  context.progress(0.8, 'comparing with the other snapshot');
  const compared =
    other === undefined
      ? undefined
      : await compare(snapshot, other, { threads: task.threads, random: random('comparison') });
  const against = compared?.comparison ?? null;
  const report: SpaceReport = {
    format: 'graft-space-report',
    formatVersion: 1,
    space: snapshot.manifest.space,
    itemCount: snapshot.manifest.itemCount,
    norms,
    centroidLength: Math.hypot(...centroid(gallery)),
    agreement: attributes,
    map: map.map((point) => ({ ...point, attributes: items.get(point.itemId)?.attributes ?? {} })),
    grids,
    against,
  };
  const folder = await context.artifactDir('space-report');
  if (compared?.map) await saveMap(join(folder, MAP_FILE), compared.map);
  await writeWhole(join(folder, 'space.json'), JSON.stringify(report));
  context.artifact('space-report', 'space-report');
  return { items: ids.length, ...overlapFigures(against) };
}

/** Tensor `map` f32 [dim, dim]: a row vector of the inspected space times it is a query of the other. */
async function saveMap(path: string, map: Float64Array): Promise<void> {
  const dim = Math.sqrt(map.length);
  await writeSafetensors(path, new Map([['map', float32([dim, dim], Float32Array.from(map))]]));
}

async function agreement(
  { input, task }: Context,
  { gallery, items, random }: { gallery: Gallery; items: ReadonlyMap<string, DatasetItem>; random: Random },
): Promise<SpaceReport['agreement']> {
  const known = new Set([...items.values()].flatMap((item) => Object.keys(item.attributes)));
  const missing = input.attributes.find((attribute) => !known.has(attribute));
  if (missing !== undefined)
    throw new InputInvalid(`attributes: expected some of ${[...known].join(', ')}, found "${missing}".`);
  const attributes = input.attributes.length > 0 ? input.attributes : [...known];
  const k = Math.min(AGREEMENT_DEPTH, gallery.ids.length - 1);
  const queries = [...permutation(gallery.ids.length, random).subarray(0, AGREEMENT_QUERIES)];
  const found = await nearest(pick(gallery, queries), gallery, { k: k + 1, threads: task.threads });
  return agreementOf(gallery, queries, withoutSelf(found, queries, k), { items, attributes, k, random });
}

/** Sampled items with their neighbours here and, item by item, in the other snapshot where it holds the item. */
async function neighbourGrids(
  { input, task }: Context,
  { gallery, other, random }: { gallery: Gallery; other: Snapshot | undefined; random: Random },
): Promise<SpaceReport['grids']> {
  const queries = [...permutation(gallery.ids.length, random).subarray(0, input.queries)];
  const search = async (within: Gallery, positions: readonly number[]): Promise<Nearest> =>
    withoutSelf(
      await nearest(pick(within, positions), within, { k: input.neighbours + 1, threads: task.threads }),
      positions,
      input.neighbours,
    );
  const here = await search(gallery, queries);
  const before = other === undefined ? undefined : readGallery(other, other.ids).gallery;
  const asked = queries.flatMap((position) => other?.rowOf(gallery.ids[position]!) ?? []);
  const there = before === undefined ? undefined : await search(before, asked);
  return queries.map((position, query) => {
    const itemId = gallery.ids[position]!;
    const row = other?.rowOf(itemId);
    return {
      itemId,
      neighbours: listed(gallery, here, query),
      against: row === undefined ? null : listed(before!, there!, asked.indexOf(row)),
    };
  });
}

const listed = ({ ids }: Gallery, { rows, cosines }: Nearest, query: number): { itemId: string; score: number }[] =>
  [...rows[query]!].map((row, at) => ({ itemId: ids[row]!, score: cosines[query]![at]! }));

/** What the run's list shows without opening the report. */
function overlapFigures(against: SpaceReport['against']): Record<string, number> {
  const at10 = against?.neighbourOverlap.find(({ k }) => k === 10);
  const mapped = against?.crossQueries?.mapped.find(({ k }) => k === 10);
  return {
    ...(at10 === undefined ? {} : { neighbourOverlap10: at10.overlap.value }),
    ...(mapped === undefined ? {} : { mappedOverlap10: mapped.overlap.value }),
  };
}
