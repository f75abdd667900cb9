import { constants } from 'node:fs';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { RelativePath } from '@graft/protocol';
import { DomainError } from '../kernel/index.js';

export interface CollectLimits {
  readonly maxFiles: number;
  readonly maxBytes: number;
}

/**
 * Opens the regular files of a folder in order of their path, one at a time. The folder may have been written by code nobody trusts:
 * links, devices, sockets, second names of other files (hard links), odd names and too much content are refused, and what is checked is
 * the opened file itself, not its name.
 *
 * @throws DomainError `artifact-refused` saying which file and why
 */
export async function* collectFolder(folder: string, limits: CollectLimits): AsyncGenerator<{ path: string; file: FileHandle }> {
  let files = 0;
  let bytes = 0;
  for (const relative of (await relativeFiles(folder, '')).sort()) {
    if (!RelativePath.safeParse(relative).success) throw refused(relative, 'its name has characters that are not allowed');
    if (++files > limits.maxFiles) throw refused(relative, `the folder holds more than ${limits.maxFiles} files`);
    const file = await openRegular(folder, relative);
    try {
      const { size } = await file.stat();
      bytes += size;
      if (bytes > limits.maxBytes) throw refused(relative, `the folder holds more than ${limits.maxBytes} bytes`);
      yield { path: relative, file };
    } finally {
      await file.close();
    }
  }
}

async function relativeFiles(root: string, below: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path.join(root, below), { withFileTypes: true })) {
    const relative = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await relativeFiles(root, relative)));
    else if (entry.isFile()) found.push(relative);
    else throw refused(relative, 'only regular files are taken, no links, devices or sockets');
  }
  return found;
}

async function openRegular(root: string, relative: string): Promise<FileHandle> {
  const file = await open(path.join(root, relative), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const status = await file.stat();
  if (status.isFile() && status.nlink === 1) return file;
  await file.close();
  throw refused(relative, 'only regular files with one name are taken');
}

function refused(file: string, why: string): DomainError {
  return new DomainError('artifact-refused', `The file ${file} was not taken: ${why}.`);
}
