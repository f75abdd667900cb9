import { closeSync, openSync, readSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { VectorDtype } from '@graft/protocol';
import { z } from 'zod';
import { RecipeFailure } from './failures.js';
import { halfTable, toHalves } from './half.js';

const READ_BYTES = 1 << 26;
/** Rows of larger files stay on disk: reading 200 of them costs a third more than from memory, and takes no memory. */
const LARGEST_IN_MEMORY = 1 << 28;

const storage = {
  f32: { name: 'F32', make: Float32Array },
  f16: { name: 'F16', make: Uint16Array },
  int8: { name: 'I8', make: Int8Array },
} as const;
/** As the file has it; halves by their bits. */
type Stored = Float32Array | Uint16Array | Int8Array;

export interface VectorShape {
  readonly dtype: VectorDtype;
  readonly rows: number;
  readonly dim: number;
}

/** `vectors.safetensors` opened for reading rows in any order. Closing it matters only where `heldInMemory` is false. */
export class VectorFile implements Disposable {
  private constructor(
    private readonly shape: VectorShape,
    private readonly source: Stored | FileRows,
    /** One for each row of int8, none for the other types. */
    private readonly scales: Float32Array | undefined,
  ) {}

  /** @throws RecipeFailure `artifact-refused` for a file that does not hold tensors of that type and shape */
  static async open(path: string, shape: VectorShape, largestInMemory = LARGEST_IN_MEMORY): Promise<VectorFile> {
    const { dtype, rows, dim } = shape;
    const tensors = await readHeader(path);
    const { name, make } = storage[dtype];
    const at = locate(tensors, 'vectors', { path, dtype: name, shape: [rows, dim], bytes: make.BYTES_PER_ELEMENT });
    const scales =
      dtype === 'int8' ? locate(tensors, 'scales', { path, dtype: 'F32', shape: [rows], bytes: 4 }) : undefined;
    const bytes = rows * dim * make.BYTES_PER_ELEMENT;
    return new VectorFile(
      shape,
      bytes <= largestInMemory
        ? await readTensor(path, at, new make(rows * dim))
        : new FileRows(path, at, new make(dim)),
      scales === undefined ? undefined : await readTensor(path, scales, new Float32Array(rows)),
    );
  }

  get heldInMemory(): boolean {
    return !(this.source instanceof FileRows);
  }

  /** Copies one row to `target` at `offset`, as f32. */
  copyRow(row: number, target: Float32Array, offset: number): void {
    const { dim } = this.shape;
    const stored =
      this.source instanceof FileRows ? this.source.read(row) : this.source.subarray(row * dim, (row + 1) * dim);
    if (stored instanceof Float32Array) target.set(stored, offset);
    else if (stored instanceof Uint16Array) copyHalves(stored, target, offset);
    else copyScaled(stored, this.scales?.[row] as number, target, offset);
  }

  /** Every row as f32, row-major [rows, dim]. What is held as f32 already is not copied. */
  all(): Float32Array {
    if (this.source instanceof Float32Array) return this.source;
    const { rows, dim } = this.shape;
    const vectors = new Float32Array(rows * dim);
    for (let row = 0; row < rows; row += 1) this.copyRow(row, vectors, row * dim);
    return vectors;
  }

  [Symbol.dispose](): void {
    if (this.source instanceof FileRows) this.source.close();
  }
}

function copyHalves(halves: Uint16Array, target: Float32Array, offset: number): void {
  const values = halfTable();
  for (let at = 0; at < halves.length; at += 1) target[offset + at] = values[halves[at] as number] as number;
}

function copyScaled(values: Int8Array, scale: number, target: Float32Array, offset: number): void {
  for (let at = 0; at < values.length; at += 1) target[offset + at] = (values[at] as number) * scale;
}

/** Rows read from the file one by one into one buffer. */
class FileRows {
  private readonly descriptor: number;
  private readonly bytes: Uint8Array;

  constructor(
    private readonly path: string,
    private readonly start: number,
    private readonly row: Stored,
  ) {
    this.bytes = new Uint8Array(row.buffer);
    this.descriptor = openSync(path, 'r');
  }

  /** Valid until the next call. */
  read(row: number): Stored {
    const { length } = this.bytes;
    if (readSync(this.descriptor, this.bytes, 0, length, this.start + row * length) !== length)
      throw new RecipeFailure('artifact-refused', `${this.path} ends inside row ${row}.`);
    return this.row;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Writes row-major f32 vectors as a safetensors file of the shape's type, synced. */
export async function writeVectorFile(path: string, vectors: Float32Array, shape: VectorShape): Promise<void> {
  const { dtype, rows, dim } = shape;
  const { values, scales } =
    dtype === 'int8' ? quantise(vectors, shape) : { values: narrow(vectors, dtype), scales: null };
  const header = {
    vectors: { dtype: storage[dtype].name, shape: [rows, dim], data_offsets: [0, values.byteLength] },
    ...(scales === null
      ? {}
      : {
          scales: {
            dtype: 'F32',
            shape: [rows],
            data_offsets: [values.byteLength, values.byteLength + scales.byteLength],
          },
        }),
  };
  // The data starts on a multiple of 8, as the format asks: the header is padded with spaces.
  const text = JSON.stringify(header);
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, ' ');
  const prefix = Buffer.alloc(8 + padded.length);
  prefix.writeBigUInt64LE(BigInt(padded.length), 0);
  prefix.write(padded, 8, 'latin1');
  await using file = await open(path, 'w');
  for (const part of scales === null ? [prefix, values] : [prefix, values, scales])
    await file.writeFile(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  await file.sync();
}

function narrow(vectors: Float32Array, dtype: 'f32' | 'f16'): Stored {
  return dtype === 'f32' ? vectors : toHalves(vectors);
}

function quantise(vectors: Float32Array, { rows, dim }: VectorShape): { values: Int8Array; scales: Float32Array } {
  const values = new Int8Array(vectors.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let largest = 0;
    for (let at = row * dim; at < (row + 1) * dim; at += 1)
      largest = Math.max(largest, Math.abs(vectors[at] as number));
    scales[row] = largest / 127;
    const scale = scales[row] as number;
    if (scale === 0) continue;
    for (let at = row * dim; at < (row + 1) * dim; at += 1)
      values[at] = Math.max(-127, Math.min(127, Math.round((vectors[at] as number) / scale)));
  }
  return { values, scales };
}

const Header = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.number().int().min(0)),
    data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
  }),
);
interface Tensors {
  readonly header: z.infer<typeof Header>;
  /** Where the data starts, and where the file ends. */
  readonly start: number;
  readonly size: number;
}

async function readHeader(path: string): Promise<Tensors> {
  await using file = await open(path, 'r');
  const { size } = await stat(path);
  const length = Buffer.alloc(8);
  await file.read(length, 0, 8, 0);
  const headerLength = Number(length.readBigUInt64LE(0));
  if (headerLength > size - 8) throw refused(path, `its header would be ${headerLength} bytes in a file of ${size}`);
  const bytes = Buffer.alloc(headerLength);
  await file.read(bytes, 0, headerLength, 8);
  const header = Header.safeParse(parseJson(bytes.toString('utf8')));
  if (!header.success) throw refused(path, `its header is not that of safetensors: ${z.prettifyError(header.error)}`);
  return { header: header.data, start: 8 + headerLength, size };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Expected {
  readonly path: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes of one number. */
  readonly bytes: number;
}

/** Where a tensor's data begins in the file. */
function locate({ header, start, size }: Tensors, name: string, expected: Expected): number {
  const tensor = header[name];
  const length = expected.shape.reduce((product, extent) => product * extent, expected.bytes);
  const wanted = `${expected.dtype} [${expected.shape.join(', ')}]`;
  if (tensor === undefined) throw refused(expected.path, `expected a tensor ${name} ${wanted}, found none`);
  const [from, to] = tensor.data_offsets;
  const found = `${tensor.dtype} [${tensor.shape.join(', ')}]`;
  if (found !== wanted || to - from !== length || start + to > size)
    throw refused(
      expected.path,
      `tensor ${name}: expected ${wanted} in ${length} bytes, found ${found} in ${to - from}`,
    );
  return start + from;
}

async function readTensor<T extends Stored>(path: string, start: number, into: T): Promise<T> {
  const bytes = new Uint8Array(into.buffer);
  await using file = await open(path, 'r');
  for (let at = 0; at < bytes.length; at += READ_BYTES)
    await file.read(bytes, at, Math.min(READ_BYTES, bytes.length - at), start + at);
  return into;
}

function refused(path: string, reason: string): RecipeFailure {
  return new RecipeFailure('artifact-refused', `${path}: ${reason}. Run the embed step again.`);
}
