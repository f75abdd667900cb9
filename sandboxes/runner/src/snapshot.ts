import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type HnswParameters, type Space, SnapshotManifest, type VectorDtype } from '@graft/protocol';
import { z } from 'zod';
import { InputInvalid, RecipeFailure } from './failures.js';
import { writeWhole } from './files.js';
import { measureRecall } from './neighbour-recall.js';
import { ExactSearch, HnswSearch, type Neighbours, type NeighbourSearch, type VectorTable } from './neighbours.js';
import { assertGenuine } from './space.js';
import { VectorFile, writeVectorFile } from './vector-file.js';

const MANIFEST = 'snapshot.json';
const VECTORS = 'vectors.safetensors';
const INDEX = 'index.usearch';

/** What a snapshot is made of; `vectors` is row-major [ids.length, dim]. */
export interface SnapshotContent {
  readonly space: Space;
  readonly ids: readonly string[];
  /** Row i's picture by its sha256. */
  readonly keys: readonly string[];
  readonly vectors: Float32Array;
  readonly encodedCount: number;
  readonly reusedCount: number;
  /** How the vectors are stored; f32 where it is left out. */
  readonly dtype?: VectorDtype;
  /** The index to build; none where it is left out. */
  readonly index?: HnswParameters | null;
}

/** A snapshot opened for reading: the rows, and where each item's row is. Large ones stay on disk; dispose of it to close the file. */
export class Snapshot implements Disposable {
  private readonly rows = new Map<string, number>();

  private constructor(
    readonly folder: string,
    readonly manifest: SnapshotManifest,
    readonly ids: readonly string[],
    readonly keys: readonly string[],
    private readonly vectors: VectorFile,
  ) {
    // A pair for each of a million rows would take twice as long as the map itself.
    for (const [row, id] of ids.entries()) this.rows.set(id, row);
  }

  /** Reads and checks a snapshot folder. Counts, sizes and the space's id must agree. */
  static async open(folder: string): Promise<Snapshot> {
    const parsed = SnapshotManifest.safeParse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
    if (!parsed.success)
      throw new InputInvalid(`${folder}/${MANIFEST} is not a snapshot manifest: ${z.prettifyError(parsed.error)}`);
    const manifest = parsed.data;
    assertGenuine(manifest.space, 'The snapshot');
    const ids = await readAllLines(join(folder, 'ids.txt'));
    const keys = await readAllLines(join(folder, 'keys.txt'));
    if (ids.length !== manifest.itemCount || keys.length !== manifest.itemCount) {
      throw new RecipeFailure(
        'artifact-refused',
        `The snapshot says ${manifest.itemCount} items; it has ${ids.length} ids and ${keys.length} keys.`,
      );
    }
    const shape = { dtype: manifest.dtype, rows: manifest.itemCount, dim: manifest.space.definition.dim };
    return new Snapshot(folder, manifest, ids, keys, await VectorFile.open(join(folder, VECTORS), shape));
  }

  get dim(): number {
    return this.manifest.space.definition.dim;
  }

  /** The row of an item, undefined where the snapshot does not hold it. */
  rowOf(itemId: string): number | undefined {
    return this.rows.get(itemId);
  }

  /** Copies one row to `target` at `offset`, as f32. */
  copyRow(row: number, target: Float32Array, offset: number): void {
    this.vectors.copyRow(row, target, offset);
  }

  /** Every row as f32, row-major [itemCount, dim]; not to be written to. */
  allRows(): Float32Array {
    return this.vectors.all();
  }

  [Symbol.dispose](): void {
    this.vectors[Symbol.dispose]();
  }
}

/** Nearest neighbours among a snapshot's rows, by cosine: through its index where it has one, else exactly. */
export class SnapshotIndex implements NeighbourSearch {
  private exact: ExactSearch | undefined;

  private constructor(
    private readonly snapshot: Snapshot,
    private readonly index: HnswSearch | null,
  ) {}

  /** Maps the index file into memory; without one, searches compare with every row. */
  static open(snapshot: Snapshot): SnapshotIndex {
    const { index, itemCount } = snapshot.manifest;
    const shape = { rows: itemCount, dim: snapshot.dim };
    return new SnapshotIndex(
      snapshot,
      index === null ? null : HnswSearch.view(join(snapshot.folder, INDEX), shape, index),
    );
  }

  /** Whether `search` may miss a neighbour. */
  get approximate(): boolean {
    return this.index !== null;
  }

  /** The `k` rows nearest to `vector` [dim], nearest first, with their cosines; fewer where the snapshot has fewer rows. */
  search(vector: Float32Array, k: number): Neighbours {
    return this.index === null ? this.searchExactly(vector, k) : this.index.search(vector, k);
  }

  /** As `search`, missing nothing. The first call reads every row into memory. */
  searchExactly(vector: Float32Array, k: number): Neighbours {
    this.exact ??= new ExactSearch({ vectors: this.snapshot.allRows(), dim: this.snapshot.dim });
    return this.exact.search(vector, k);
  }
}

/** Writes a snapshot folder, its manifest last, with what storing fewer bits and searching approximately cost. */
export async function writeSnapshot(folder: string, content: SnapshotContent, threads = 1): Promise<void> {
  const { space, ids, vectors, dtype = 'f32', index = null } = content;
  const { dim } = space.definition;
  const shape = { dtype, rows: ids.length, dim };
  await mkdir(folder, { recursive: true });
  await writeVectorFile(join(folder, VECTORS), vectors, shape);
  await writeWhole(join(folder, 'ids.txt'), textLines(ids));
  await writeWhole(join(folder, 'keys.txt'), textLines(content.keys));
  using file = await VectorFile.open(join(folder, VECTORS), shape);
  const stored = { vectors: file.all(), dim };
  const manifest: SnapshotManifest = {
    format: 'graft-snapshot',
    formatVersion: 1,
    space,
    itemCount: ids.length,
    encodedCount: content.encodedCount,
    reusedCount: content.reusedCount,
    dtype,
    quantisation: dtype === 'f32' ? null : quantisationOf({ vectors, dim }, stored),
    index: index === null ? null : await writeIndex(join(folder, INDEX), stored, { ...index, threads }),
  };
  await writeWhole(join(folder, MANIFEST), `${JSON.stringify(SnapshotManifest.parse(manifest), null, 2)}\n`);
}

function quantisationOf(truth: VectorTable, stored: VectorTable): SnapshotManifest['quantisation'] {
  const recall = measureRecall(truth, new ExactSearch(stored));
  return recall === null ? null : { recall10: recall.recall10, queries: recall.queries };
}

async function writeIndex(
  path: string,
  stored: VectorTable,
  { threads, ...parameters }: HnswParameters & { threads: number },
): Promise<SnapshotManifest['index']> {
  const index = HnswSearch.build(stored, parameters, threads);
  const recall = measureRecall(stored, index);
  // A table of one row has nothing to search.
  if (recall === null) return null;
  index.save(`${path}.partial`);
  await using file = await open(`${path}.partial`, 'r');
  await file.sync();
  await rename(`${path}.partial`, path);
  return { ...parameters, ...recall };
}

async function readAllLines(path: string): Promise<string[]> {
  // Ids and hashes are ASCII.
  const text = await readFile(path, 'latin1');
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function textLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
