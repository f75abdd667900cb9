import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** Writes a file so that a reader, or a run after a crash, sees the whole of it or nothing. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.partial`;
  const file = await open(partial, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The lines of a UTF-8 text file without their line ends; a last line without one counts too. */
export async function* readLines(path: string): AsyncGenerator<string> {
  const input = createReadStream(path, { highWaterMark: 1 << 18 });
  // A read error must reach the caller: readline alone would end in silence.
  let failure: Error | undefined;
  input.once('error', (error) => (failure = error));
  for await (const line of createInterface({ input, crlfDelay: Infinity })) yield line;
  if (failure) throw failure;
}
