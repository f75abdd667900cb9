import { open, type FileHandle } from 'node:fs/promises';
import type { ImportPlan, PlannedFile } from './plan.js';
import { openText } from './manifest.js';

const CHUNK_BYTES = 256 * 1024;

/** As browsers write a file name into a part's header. */
const quoted = (name: string): string => name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** Keeps the last few packs open: 40,000 ranges of five packs open five files, 40,000 pictures never more than a handful at once. */
class OpenFiles implements AsyncDisposable {
  private readonly handles = new Map<string, FileHandle>();

  async get(path: string): Promise<FileHandle> {
    const known = this.handles.get(path);
    if (known) return known;
    const [oldest] = this.handles;
    if (this.handles.size >= 8 && oldest) {
      this.handles.delete(oldest[0]);
      await oldest[1].close();
    }
    const handle = await open(path, 'r');
    this.handles.set(path, handle);
    return handle;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const handle of this.handles.values()) await handle.close();
  }
}

async function* readRange(files: OpenFiles, { path, offset, length }: PlannedFile): AsyncGenerator<Uint8Array> {
  const handle = await files.get(path);
  for (let done = 0; done < length;) {
    const { bytesRead, buffer } = await handle.read(
      Buffer.allocUnsafe(Math.min(CHUNK_BYTES, length - done)),
      0,
      Math.min(CHUNK_BYTES, length - done),
      offset + done,
    );
    if (bytesRead === 0)
      throw new Error(
        `${path}: expected ${length} bytes from ${offset}, the file ends after ${done}; it was changed while it was read`,
      );
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* manifestBytes(plan: ImportPlan): AsyncGenerator<Uint8Array> {
  if (plan.rewritten === null) {
    for await (const chunk of openText(plan.manifestPath)) yield chunk as Uint8Array;
    return;
  }
  for (const row of plan.rewritten) yield Buffer.from(`${JSON.stringify(row)}\n`);
}

/** The server reads the options before any file, so they come first. */
export const importOptions = (plan: ImportPlan): string =>
  JSON.stringify({ manifest: plan.format, columns: plan.columns, missingSplit: plan.missingSplit });

/**
 * The body of an import as it goes over the wire, made while it is sent: memory stays flat however many pictures there are.
 * @param onSent hears the picture bytes and files handed over so far.
 */
export function multipartBody(
  plan: ImportPlan,
  boundary: string,
  onSent: (bytes: number, files: number) => void,
): AsyncGenerator<Uint8Array> {
  return inChunks(parts(plan, boundary, onSent));
}

/** Thousands of small pictures make thousands of small writes; a few large ones are three times as fast. */
async function* inChunks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    held.push(piece);
    bytes += piece.length;
    if (bytes < CHUNK_BYTES) continue;
    yield Buffer.concat(held, bytes);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held, bytes);
}

async function* parts(
  plan: ImportPlan,
  boundary: string,
  onSent: (bytes: number, files: number) => void,
): AsyncGenerator<Uint8Array> {
  await using files = new OpenFiles();
  const filePart = (name: string, filename: string, type: string): Uint8Array =>
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${quoted(filename)}"\r\nContent-Type: ${type}\r\n\r\n`,
    );
  const lineEnd = Buffer.from('\r\n');

  yield Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="options"\r\nContent-Type: application/json\r\n\r\n${importOptions(plan)}\r\n`,
  );
  yield filePart('manifest', `manifest.${plan.format}`, plan.format === 'csv' ? 'text/csv' : 'application/x-ndjson');
  yield* manifestBytes(plan);
  yield lineEnd;
  if (plan.pairsPath !== null) {
    yield filePart('pairs', 'pairs.csv', 'text/csv');
    for await (const chunk of openText(plan.pairsPath)) yield chunk as Uint8Array;
    yield lineEnd;
  }
  let sent = 0;
  for (const [i, file] of plan.files.entries()) {
    yield filePart('file', file.name, 'application/octet-stream');
    yield* readRange(files, file);
    yield lineEnd;
    sent += file.length;
    onSent(sent, i + 1);
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}
