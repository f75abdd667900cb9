import { createHash } from 'node:crypto';
import { appendFile, open } from 'node:fs/promises';
import { createReadStream } from 'node:fs';

const KEY = 'graft.space_id';
/** Every space id has as many characters. */
const ID_LENGTH = 35;

/**
 * ModelProto.metadata_props, field 14, as protobuf writes it. Fields may come in any order and repeat, so an entry at the end of a
 * file is an entry of the model: the file says whose vectors it reads or writes, and what precedes the entry is hashed without it.
 */
function entryOf(spaceId: string): Buffer {
  const text = (field: number, value: string): Buffer =>
    Buffer.concat([Buffer.from([(field << 3) | 2, value.length]), Buffer.from(value, 'latin1')]);
  const entry = Buffer.concat([text(1, KEY), text(2, spaceId)]);
  return Buffer.concat([Buffer.from([(14 << 3) | 2, entry.length]), entry]);
}

const ENTRY_BYTES = entryOf('x'.repeat(ID_LENGTH)).length;

/** Writes the space into an ONNX file's metadata. A file that says so already stays as it is. */
export async function stampSpace(path: string, spaceId: string): Promise<void> {
  if ((await readSpaceStamp(path)) !== spaceId) await appendFile(path, entryOf(spaceId), { flush: true });
}

/** The space that an ONNX file ends with, undefined where it names none. */
export async function readSpaceStamp(path: string): Promise<string | undefined> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  if (size < ENTRY_BYTES) return undefined;
  const tail = Buffer.alloc(ENTRY_BYTES);
  await file.read(tail, 0, ENTRY_BYTES, size - ENTRY_BYTES);
  const spaceId = tail.toString('latin1', ENTRY_BYTES - ID_LENGTH);
  return entryOf(spaceId).equals(tail) ? spaceId : undefined;
}

/** The hash of a stamped ONNX file without its stamp: what it was when its space was named after it. */
export async function sha256WithoutStamp(path: string, sizeBytes: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { end: sizeBytes - ENTRY_BYTES - 1, highWaterMark: 1 << 20 }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}
