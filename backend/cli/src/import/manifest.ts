import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { UsageError } from '../exit-codes.js';

export type ManifestFormat = 'csv' | 'jsonl';
export type ManifestRow = Record<string, unknown>;

/** Reads a text file, unpacked on the way where its name ends in .gz. */
export function openText(path: string): Readable {
  const file = createReadStream(path);
  if (!path.endsWith('.gz')) return file;
  const unpacked = createGunzip();
  file.on('error', (error) => unpacked.destroy(error));
  return file.pipe(unpacked);
}

export function formatOf(path: string): ManifestFormat {
  const name = path.replace(/\.gz$/, '');
  if (name.endsWith('.csv')) return 'csv';
  if (name.endsWith('.jsonl') || name.endsWith('.ndjson')) return 'jsonl';
  throw new UsageError(`manifest: expected a file ending in .csv or .jsonl (or either with .gz), found ${path}`);
}

/**
 * The rows that can be read, to learn which files to send. Judging rows is the server's work, which does it in a sandbox and row by
 * row: what cannot be read here is skipped here and reported there.
 */
export async function* readRows(path: string): AsyncGenerator<ManifestRow> {
  if (formatOf(path) === 'csv') {
    const rows = openText(path).pipe(
      parse({
        columns: true,
        bom: true,
        relax_column_count: true,
        skip_empty_lines: true,
        skip_records_with_error: true,
      }),
    );
    for await (const row of rows) yield row as ManifestRow;
    return;
  }
  for await (const line of createInterface({ input: openText(path), crlfDelay: Infinity })) {
    const row = parseObject(line);
    if (row) yield row;
  }
}

function parseObject(line: string): ManifestRow | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ManifestRow) : undefined;
  } catch {
    return undefined;
  }
}
