import { constants } from 'node:fs';
import { open, opendir, type FileHandle } from 'node:fs/promises';
import { RelativePath } from '@graft/protocol';
import { DomainError } from '../kernel/index.js';

export interface CollectLimits {
  readonly maxFiles: number;
  readonly maxBytes: number;
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
const MAX_DEPTH = 16;

interface Tally extends CollectLimits {
  files: number;
  bytes: number;
}

/**
 * Opens the regular files of a folder in order of their path, one at a time. The folder may have been written by code nobody trusts:
 * links, devices, sockets, second names of other files (hard links), odd names and too much content are refused. No name is resolved
 * twice: every entry is opened below its folder's descriptor (`/proc/self/fd/N/name`), so what is read is what was checked.
 *
 * @throws DomainError `artifact-refused` saying which file and why
 */
export async function* collectFolder(
  folder: string,
  limits: CollectLimits,
): AsyncGenerator<{ path: string; file: FileHandle }> {
  const root = await open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: unknown) => {
    throw refused('.', `it is not a folder (${codeOf(error)})`);
  });
  try {
    yield* walk(root, '', 0, { ...limits, files: 0, bytes: 0 });
  } finally {
    await root.close();
  }
}

async function* walk(
  folder: FileHandle,
  below: string,
  depth: number,
  tally: Tally,
): AsyncGenerator<{ path: string; file: FileHandle }> {
  if (depth > MAX_DEPTH) throw refused(below, `it lies deeper than ${MAX_DEPTH} folders`);
  for (const name of await namesIn(folder, below, tally)) {
    const path = below + name;
    const file = await openEntry(folder, name, path);
    try {
      const status = await file.stat();
      if (status.isDirectory()) {
        yield* walk(file, `${path}/`, depth + 1, tally);
        continue;
      }
      if (!status.isFile()) throw refused(path, 'only regular files are taken, no links, devices or sockets');
      if (status.nlink !== 1) throw refused(path, 'only files with one name are taken');
      tally.bytes += status.size;
      if (tally.bytes > tally.maxBytes) throw refused(path, `the folder holds more than ${tally.maxBytes} bytes`);
      yield { path, file };
    } finally {
      await file.close();
    }
  }
}

/** In an order that makes the whole walk come out sorted by path, as a tree wants it: a folder sorts by its name with the slash. */
async function namesIn(folder: FileHandle, below: string, tally: Tally): Promise<string[]> {
  const names: { name: string; key: string }[] = [];
  // Names are bytes; read as latin1 none is lost, and what is not plain ASCII is refused.
  for await (const entry of await opendir(`/proc/self/fd/${folder.fd}`, { encoding: 'latin1' as BufferEncoding })) {
    if (!RelativePath.safeParse(below + entry.name).success)
      throw refused(below + entry.name, 'its name has characters that are not allowed');
    tally.files += 1;
    if (tally.files > tally.maxFiles)
      throw refused(below + entry.name, `the folder holds more than ${tally.maxFiles} files`);
    names.push({ name: entry.name, key: entry.isDirectory() ? `${entry.name}/` : entry.name });
  }
  return names.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ name }) => name);
}

/** O_NONBLOCK: opening a FIFO for reading would otherwise wait for a writer that never comes. */
async function openEntry(folder: FileHandle, name: string, path: string): Promise<FileHandle> {
  try {
    return await open(`/proc/self/fd/${folder.fd}/${name}`, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    throw refused(path, code === 'ELOOP' ? 'it is a symbolic link' : `it cannot be opened (${code})`);
  }
}

function refused(file: string, why: string): DomainError {
  return new DomainError('artifact-refused', `The file ${JSON.stringify(file.slice(0, 200))} was not taken: ${why}.`);
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown error';
