import { access, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../exit-codes.js';
import { formatOf, readRows, type ManifestFormat, type ManifestRow } from './manifest.js';

export interface ColumnNames {
  id: string;
  file: string;
  title: string;
  split: string;
  /** null takes every other column. */
  attributes: readonly string[] | null;
}

export const defaultColumns: ColumnNames = { id: 'id', file: 'file', title: 'title', split: 'split', attributes: null };

/** What the person asked for. */
export interface ImportRequest {
  /** A folder with manifest.csv or manifest.jsonl, or the manifest itself. */
  source: string;
  manifest?: string;
  pairs?: string;
  columns: ColumnNames;
  /** Where pictures lie in packed files: the columns with a row's first byte and number of bytes. */
  packed?: { offset: string; length: string };
  missingSplit: 'refuse' | 'hash';
}

/** Bytes to send under a name: a whole file, or a range of a packed one. */
export interface PlannedFile {
  name: string;
  path: string;
  offset: number;
  length: number;
}

export interface ImportPlan {
  format: ManifestFormat;
  manifestPath: string;
  /** Rows to send in place of the manifest file, where its rows name ranges instead of pictures. */
  rewritten: ManifestRow[] | null;
  pairsPath: string | null;
  files: PlannedFile[];
  rows: number;
  /** Names that the manifest has and the folder lacks; their rows will be refused one by one. */
  missing: string[];
  bytes: number;
  columns: ColumnNames;
  missingSplit: 'refuse' | 'hash';
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function firstThatExists(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
}

async function locate(
  request: ImportRequest,
): Promise<{ folder: string; manifestPath: string; pairsPath: string | null }> {
  const source = resolve(request.source);
  const found = await stat(source).catch(() => undefined);
  if (!found) throw new UsageError(`import: expected a folder or a manifest file, found nothing at ${source}`);
  const folder = found.isDirectory() ? source : dirname(source);
  const names = ['manifest.csv', 'manifest.jsonl', 'manifest.csv.gz', 'manifest.jsonl.gz'].map((name) =>
    join(folder, name),
  );
  const manifestPath =
    request.manifest !== undefined
      ? resolve(request.manifest)
      : found.isDirectory()
        ? await firstThatExists(names)
        : source;
  if (manifestPath === undefined || !(await exists(manifestPath))) {
    throw new UsageError(
      `manifest: expected ${manifestPath ?? `manifest.csv or manifest.jsonl in ${folder}`}, found no such file; name it with --manifest FILE`,
    );
  }
  const pairsPath =
    request.pairs !== undefined
      ? resolve(request.pairs)
      : await firstThatExists([join(folder, 'pairs.csv'), join(folder, 'pairs.csv.gz')]);
  if (pairsPath !== undefined && !(await exists(pairsPath)))
    throw new UsageError(`pairs: expected a file, found nothing at ${pairsPath}`);
  return { folder, manifestPath, pairsPath: pairsPath ?? null };
}

/** A manifest says which files are sent, so it may only name files of its own folder: one from elsewhere could ask for any file of this machine. */
function inside(folder: string, name: string): string | undefined {
  const path = resolve(folder, name);
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way) ? path : undefined;
}

const text = (row: ManifestRow, column: string): string => {
  const value = row[column];
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
};

/** Name under which a range of a packed file is sent, e.g. `train-0.bin@1671+1681`. */
export const rangeName = (file: string, offset: number, length: number): string => `${file}@${offset}+${length}`;

interface Gathering {
  folder: string;
  sizes: Map<string, number | undefined>;
  files: Map<string, PlannedFile>;
  missing: Set<string>;
}

/** Size of a file that may be sent; undefined where there is none. Asked once per file, also for packs named by 10,000 rows. */
async function sizeOf(gathering: Gathering, name: string): Promise<number | undefined> {
  if (!gathering.sizes.has(name)) {
    const path = inside(gathering.folder, name);
    const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
    gathering.sizes.set(name, found?.isFile() ? found.size : undefined);
  }
  return gathering.sizes.get(name);
}

async function planWholeFile(gathering: Gathering, name: string): Promise<void> {
  if (name === '' || gathering.files.has(name)) return;
  const size = await sizeOf(gathering, name);
  if (size === undefined) gathering.missing.add(name);
  else gathering.files.set(name, { name, path: join(gathering.folder, name), offset: 0, length: size });
}

/** Plans the row's range and returns the row as it is sent: its file column names the range. */
async function planRange(
  gathering: Gathering,
  row: ManifestRow,
  request: ImportRequest & { packed: { offset: string; length: string } },
): Promise<ManifestRow> {
  const { columns, packed } = request;
  const file = text(row, columns.file);
  const [offset, length] = [Number(text(row, packed.offset) || NaN), Number(text(row, packed.length) || NaN)];
  const { [packed.offset]: _offset, [packed.length]: _length, ...kept } = row;
  const name = rangeName(file, offset, length);
  const size = file === '' ? undefined : await sizeOf(gathering, file);
  const fits =
    size !== undefined &&
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length > 0 &&
    offset + length <= size;
  if (fits) gathering.files.set(name, { name, path: join(gathering.folder, file), offset, length });
  else gathering.missing.add(name);
  return { ...kept, [columns.file]: name };
}

/** Reads the manifest once and says what will be sent; reads no picture. */
export async function planImport(request: ImportRequest): Promise<ImportPlan> {
  const { folder, manifestPath, pairsPath } = await locate(request);
  const gathering: Gathering = { folder, sizes: new Map(), files: new Map(), missing: new Set() };
  const { packed } = request;
  const rewritten: ManifestRow[] | null = packed ? [] : null;
  let rows = 0;
  for await (const row of readRows(manifestPath)) {
    if (rows++ === 0) requireColumns(row, request, basename(manifestPath));
    if (packed) rewritten?.push(await planRange(gathering, row, { ...request, packed }));
    else await planWholeFile(gathering, text(row, request.columns.file));
  }
  if (rows === 0) throw new UsageError(`manifest: expected at least one row, found none in ${manifestPath}`);
  const files = [...gathering.files.values()];
  return {
    format: packed ? 'jsonl' : formatOf(manifestPath),
    manifestPath,
    rewritten,
    pairsPath,
    files,
    rows,
    missing: [...gathering.missing],
    bytes: files.reduce((sum, file) => sum + file.length, 0),
    columns: request.columns,
    missingSplit: request.missingSplit,
  };
}

function requireColumns(row: ManifestRow, { columns, packed }: ImportRequest, name: string): void {
  const needed: [string, string][] = [
    ['--id-column', columns.id],
    ['--file-column', columns.file],
  ];
  if (packed) needed.push(['--offset-column', packed.offset], ['--length-column', packed.length]);
  for (const [flag, column] of needed) {
    if (!(column in row))
      throw new UsageError(
        `${name}: expected a column "${column}", found ${Object.keys(row).join(', ')}; name the right one with ${flag}`,
      );
  }
}
