import { open, type FileHandle } from 'node:fs/promises';
import { bytesOf, elementFacts, elementOfSafetensors, tensorOfBytes, type ElementType, type Tensor } from './tensor.js';

/** Where one tensor lies in a safetensors file; `offset` counts from the beginning of the file. */
export interface TensorRange {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** The limit the format's own reader uses: a header beyond it is not a header. */
const MAX_HEADER_BYTES = 100_000_000;
/** Node reads at most 2 GiB in one call. */
const MAX_READ_BYTES = 1 << 30;

/** Plans a file: the header's bytes and each tensor's range, in the order given. Tensor data begins at a multiple of 8. */
export function layOut(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): { header: Uint8Array; ranges: Map<string, TensorRange> } {
  const entries: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) entries['__metadata__'] = metadata;
  let end = 0;
  const relative = new Map<string, number>();
  for (const [name, value] of tensors) {
    relative.set(name, end);
    entries[name] = {
      dtype: elementFacts(value.type).safetensors,
      shape: value.shape,
      data_offsets: [end, end + value.data.byteLength],
    };
    end += value.data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(entries));
  const padded = Math.ceil(json.length / 8) * 8;
  const header = Buffer.alloc(8 + padded, ' ');
  header.writeBigUInt64LE(BigInt(padded));
  json.copy(header, 8);
  const ranges = new Map<string, TensorRange>();
  for (const [name, value] of tensors) {
    ranges.set(name, {
      type: value.type,
      shape: value.shape,
      offset: header.length + relative.get(name)!,
      length: value.data.byteLength,
    });
  }
  return { header, ranges };
}

/** Writes a file and flushes it to disk; answers where each tensor lies. */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Map<string, TensorRange>> {
  const { header, ranges } = layOut(tensors, metadata);
  const file = await open(path, 'w');
  try {
    await file.writeFile(header);
    for (const value of tensors.values()) {
      const bytes = bytesOf(value);
      for (let at = 0; at < bytes.length; at += MAX_READ_BYTES)
        await file.writeFile(bytes.subarray(at, at + MAX_READ_BYTES));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return ranges;
}

/** Reads `length` bytes at `offset`, in pieces where the system call cannot take them at once. */
export async function readRange(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(bytes, at, Math.min(MAX_READ_BYTES, length - at), offset + at);
    if (bytesRead === 0) throw new Error(`File ends early: expected ${length} bytes at offset ${offset}, found ${at}.`);
    at += bytesRead;
  }
  return bytes;
}

/** An open safetensors file: the header is in memory, tensors are read by range when asked for. Close it with `close` or `await using`. */
export class SafetensorsFile implements AsyncDisposable {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    readonly tensors: ReadonlyMap<string, TensorRange>,
    readonly metadata: Readonly<Record<string, string>>,
  ) {}

  /** Throws where the file is no safetensors file or a tensor lies outside it. */
  static async open(path: string): Promise<SafetensorsFile> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const headerBytes = size < 8 ? 0 : Number(Buffer.from(await readRange(file, 0, 8)).readBigUInt64LE());
      if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > size) {
        throw new Error(
          `${path}: expected a safetensors header, found a header length of ${headerBytes} in a file of ${size} bytes.`,
        );
      }
      const header = Buffer.from(await readRange(file, 8, headerBytes)).toString('utf8');
      const { tensors, metadata } = parseHeader(path, header, { dataStart: 8 + headerBytes, size });
      return new SafetensorsFile(path, file, tensors, metadata);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async read(name: string): Promise<Tensor> {
    const range = this.tensors.get(name);
    if (!range)
      throw new Error(
        `${this.path}: expected a tensor "${name}", found ${[...this.tensors.keys()].slice(0, 8).join(', ') || 'none'}.`,
      );
    return tensorOfBytes(range.type, range.shape, await readRange(this.file, range.offset, range.length));
  }

  /** Rows `from` to `to` (exclusive) along the first dimension. */
  async readRows(name: string, from: number, to: number): Promise<Tensor> {
    const range = this.tensors.get(name);
    const rows = range?.shape[0];
    if (!range || rows === undefined || from < 0 || to > rows || from > to) {
      throw new Error(
        `${this.path}: expected rows ${from} to ${to} of "${name}", found shape [${range?.shape.join(', ') ?? 'no such tensor'}].`,
      );
    }
    const rowBytes = rows === 0 ? 0 : range.length / rows;
    return tensorOfBytes(
      range.type,
      [to - from, ...range.shape.slice(1)],
      await readRange(this.file, range.offset + from * rowBytes, (to - from) * rowBytes),
    );
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function parseHeader(
  path: string,
  text: string,
  { dataStart, size }: { dataStart: number; size: number },
): { tensors: Map<string, TensorRange>; metadata: Record<string, string> } {
  const tensors = new Map<string, TensorRange>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
    if (name === '__metadata__') {
      metadata = entry as Record<string, string>;
      continue;
    }
    tensors.set(name, parseEntry(`${path}: tensor "${name}"`, entry, { dataStart, size }));
  }
  return { tensors, metadata };
}

function parseEntry(
  where: string,
  entry: unknown,
  { dataStart, size }: { dataStart: number; size: number },
): TensorRange {
  const { dtype, shape, data_offsets: offsets } = entry as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  const type = typeof dtype === 'string' ? elementOfSafetensors(dtype) : undefined;
  if (!type) throw new Error(`${where}: expected a known dtype, found ${JSON.stringify(dtype)}.`);
  if (!isSizes(shape)) throw new Error(`${where}: expected a shape, found ${JSON.stringify(shape)}.`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]! || dataStart + offsets[1]! > size) {
    throw new Error(
      `${where}: expected data inside the file of ${size} bytes, found offsets ${JSON.stringify(offsets)}.`,
    );
  }
  const length = offsets[1]! - offsets[0]!;
  const expected = shape.reduce((product, dim) => product * dim, elementFacts(type).bytes);
  if (length !== expected)
    throw new Error(`${where}: expected ${expected} bytes for shape [${shape.join(', ')}], found ${length}.`);
  return { type, shape, offset: dataStart + offsets[0]!, length };
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0);
