import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Credentials {
  url: string;
  token: string;
}

const fileIn = (folder: string): string => join(folder, 'credentials.json');

/** @returns undefined when nobody has logged in. */
export async function readCredentials(folder: string): Promise<Credentials | undefined> {
  try {
    const stored: unknown = JSON.parse(await readFile(fileIn(folder), 'utf8'));
    if (typeof stored !== 'object' || stored === null || !('url' in stored) || !('token' in stored)) return undefined;
    return typeof stored.url === 'string' && typeof stored.token === 'string'
      ? { url: stored.url, token: stored.token }
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      return undefined;
    throw error;
  }
}

/** Readable by its owner only, also where an older file was more open: the mode of `writeFile` counts for new files alone. */
export async function writeCredentials(folder: string, credentials: Credentials): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = fileIn(folder);
  await writeFile(file, '', { mode: 0o600 });
  await chmod(file, 0o600);
  await writeFile(file, `${JSON.stringify(credentials)}\n`);
  return file;
}

export const removeCredentials = (folder: string): Promise<void> => rm(fileIn(folder), { force: true });
