import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Space, SnapshotManifest } from '@graft/protocol';
import { z } from 'zod';
import { InputInvalid, RecipeFailure } from './failures.js';
import { readLines, writeWhole } from './files.js';
import { assertGenuine } from './space.js';

const TENSOR = 'vectors';
const READ_BYTES = 1 << 26;

/** What a snapshot is made of; `vectors` is row-major [ids.length, dim]. */
export interface SnapshotContent {
  readonly space: Space;
  readonly ids: readonly string[];
  /** Row i's picture by its sha256. */
  readonly keys: readonly string[];
  readonly vectors: Float32Array;
  readonly encodedCount: number;
  readonly reusedCount: number;
}

/** A snapshot in memory: the rows, and where each item's row is. */
export class Snapshot {
  private readonly rows: Map<string, number>;

  private constructor(
    readonly manifest: SnapshotManifest,
    readonly ids: readonly string[],
    readonly keys: readonly string[],
    private readonly vectors: Float32Array,
  ) {
    this.rows = new Map(ids.map((id, row) => [id, row]));
  }

  /** Reads and checks a snapshot folder. Counts, sizes and the space's id must agree. */
  static async open(folder: string): Promise<Snapshot> {
    const parsed = SnapshotManifest.safeParse(JSON.parse(await readFile(join(folder, 'snapshot.json'), 'utf8')));
    if (!parsed.success)
      throw new InputInvalid(`${folder}/snapshot.json is not a snapshot manifest: ${z.prettifyError(parsed.error)}`);
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
    const vectors = await readVectors(
      join(folder, 'vectors.safetensors'),
      manifest.itemCount,
      manifest.space.definition.dim,
    );
    return new Snapshot(manifest, ids, keys, vectors);
  }

  get dim(): number {
    return this.manifest.space.definition.dim;
  }

  /** The row of an item, undefined where the snapshot does not hold it. */
  rowOf(itemId: string): number | undefined {
    return this.rows.get(itemId);
  }

  /** Copies one row to `target` at `offset`. */
  copyRow(row: number, target: Float32Array, offset: number): void {
    target.set(this.vectors.subarray(row * this.dim, (row + 1) * this.dim), offset);
  }
}

/** Writes a snapshot folder, its manifest last. */
export async function writeSnapshot(folder: string, content: SnapshotContent): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeVectors(
    join(folder, 'vectors.safetensors'),
    content.vectors,
    content.ids.length,
    content.space.definition.dim,
  );
  await writeWhole(join(folder, 'ids.txt'), textLines(content.ids));
  await writeWhole(join(folder, 'keys.txt'), textLines(content.keys));
  const manifest: SnapshotManifest = {
    format: 'graft-snapshot',
    formatVersion: 1,
    space: content.space,
    itemCount: content.ids.length,
    encodedCount: content.encodedCount,
    reusedCount: content.reusedCount,
  };
  await writeWhole(join(folder, 'snapshot.json'), `${JSON.stringify(SnapshotManifest.parse(manifest), null, 2)}\n`);
}

async function readAllLines(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(path)) lines.push(line);
  return lines;
}

function textLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

async function writeVectors(path: string, vectors: Float32Array, rows: number, dim: number): Promise<void> {
  const header = { [TENSOR]: { dtype: 'F32', shape: [rows, dim], data_offsets: [0, vectors.byteLength] } };
  // The data starts on a multiple of 8, as the format asks: the header is padded with spaces.
  const text = JSON.stringify(header);
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, ' ');
  const prefix = Buffer.alloc(8 + padded.length);
  prefix.writeBigUInt64LE(BigInt(padded.length), 0);
  prefix.write(padded, 8, 'latin1');
  await using file = await open(path, 'w');
  await file.writeFile(prefix);
  await file.writeFile(new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength));
  await file.sync();
}

const Header = z.object({
  [TENSOR]: z.strictObject({
    dtype: z.literal('F32'),
    shape: z.tuple([z.number().int(), z.number().int()]),
    data_offsets: z.tuple([z.number().int(), z.number().int()]),
  }),
});

async function readVectors(path: string, rows: number, dim: number): Promise<Float32Array> {
  await using file = await open(path, 'r');
  const { size } = await stat(path);
  const length = Buffer.alloc(8);
  await file.read(length, 0, 8, 0);
  const headerLength = Number(length.readBigUInt64LE(0));
  if (headerLength > size - 8)
    throw new RecipeFailure(
      'artifact-refused',
      `${path}: the safetensors header would be ${headerLength} bytes in a file of ${size}.`,
    );
  const headerBytes = Buffer.alloc(headerLength);
  await file.read(headerBytes, 0, headerLength, 8);
  const header = Header.safeParse(JSON.parse(headerBytes.toString('utf8')));
  if (!header.success)
    throw new RecipeFailure(
      'artifact-refused',
      `${path} needs a tensor "${TENSOR}" of F32: ${z.prettifyError(header.error)}`,
    );
  const { shape, data_offsets: offsets } = header.data[TENSOR];
  const vectors = new Float32Array(rows * dim);
  const bytes = new Uint8Array(vectors.buffer);
  if (
    shape[0] !== rows ||
    shape[1] !== dim ||
    offsets[1] - offsets[0] !== bytes.length ||
    8 + headerLength + offsets[1] > size
  ) {
    throw new RecipeFailure(
      'artifact-refused',
      `${path} holds [${shape.join(', ')}]; the manifest says [${rows}, ${dim}].`,
    );
  }
  const start = 8 + headerLength + offsets[0];
  for (let at = 0; at < bytes.length; at += READ_BYTES) {
    await file.read(bytes, at, Math.min(READ_BYTES, bytes.length - at), start + at);
  }
  return vectors;
}
