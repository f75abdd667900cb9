/** A file of the chosen folder, by its path below that folder's parent (what browsers call webkitRelativePath). */
export type FolderEntry<F = unknown> = { path: string; sizeBytes: number; file: F };

export type UploadPlan<F> = {
  manifest: FolderEntry<F>;
  manifestKind: 'csv' | 'jsonl';
  pairs: FolderEntry<F> | null;
  /** Pictures by the name the manifest is expected to use: their path as seen from the manifest's folder. */
  pictures: { name: string; entry: FolderEntry<F> }[];
  ignored: string[];
  totalBytes: number;
};

const picturePattern = /\.(jpe?g|png|webp|gif)$/i;
const manifestPattern = /\.(csv|jsonl|ndjson)$/i;
const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folder = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
const depth = (path: string): number => path.split('/').length;

/** The table nearest to the top of the folder; among equals one that is called manifest. */
function findManifest<F>(entries: readonly FolderEntry<F>[]): FolderEntry<F> | undefined {
  const rank = (entry: FolderEntry<F>) => depth(entry.path) * 2 - (fileName(entry.path).startsWith('manifest') ? 1 : 0);
  return entries
    .filter((entry) => manifestPattern.test(entry.path) && !fileName(entry.path).startsWith('pairs.'))
    .toSorted((a, b) => rank(a) - rank(b))[0];
}

/** Decides what of a chosen folder goes up and under which names. The answer is a plan, or a sentence that says what is missing. */
export function planUpload<F>(entries: readonly FolderEntry<F>[]): UploadPlan<F> | string {
  const visible = entries.filter((entry) => !entry.path.split('/').some((part) => part.startsWith('.')));
  const manifest = findManifest(visible);
  if (!manifest)
    return `No manifest found among ${entries.length} files. Put a manifest.csv or manifest.jsonl with the columns id, file, title and split into the folder.`;
  const base = folder(manifest.path);
  const pictures = visible
    .filter((entry) => picturePattern.test(entry.path) && entry.path.startsWith(base))
    .map((entry) => ({ name: entry.path.slice(base.length), entry }));
  if (pictures.length === 0)
    return `${fileName(manifest.path)} has no pictures beside or below it. Expected .jpg, .png, .webp or .gif files.`;
  const pairs = visible.find((entry) => entry.path === `${base}pairs.csv`) ?? null;
  const taken = new Set([manifest, pairs, ...pictures.map((picture) => picture.entry)]);
  return {
    manifest,
    manifestKind: /\.csv$/i.test(manifest.path) ? 'csv' : 'jsonl',
    pairs,
    pictures,
    ignored: entries.filter((entry) => !taken.has(entry)).map((entry) => entry.path),
    totalBytes: [...taken].reduce((sum, entry) => sum + (entry?.sizeBytes ?? 0), 0),
  };
}

/** Column names of the manifest, from its first bytes: the header line of a CSV, the keys of the first JSON line. */
export function manifestColumns(kind: 'csv' | 'jsonl', start: string): string[] {
  const firstLine = start.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? '';
  if (kind === 'csv') return splitCsvLine(firstLine);
  try {
    const row: unknown = JSON.parse(firstLine);
    return typeof row === 'object' && row !== null ? Object.keys(row) : [];
  } catch {
    return [];
  }
}

function splitCsvLine(line: string): string[] {
  const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? [];
  return cells
    .map((cell) => cell.replace(/,$/, '').trim())
    .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell))
    .filter((cell) => cell !== '');
}

const likelyNames = {
  id: ['id', 'item_id', 'itemid', 'sku', 'product_id', 'image_id'],
  file: ['file', 'filename', 'file_name', 'path', 'image', 'picture', 'image_path'],
  title: ['title', 'name', 'productdisplayname', 'product_name', 'caption'],
  split: ['split', 'fold', 'subset', 'partition'],
} as const;
export type ColumnRole = keyof typeof likelyNames;
export const columnRoles = Object.keys(likelyNames) as ColumnRole[];

/** A first guess at which column plays which role; empty where none looks right. */
export function guessColumns(columns: readonly string[]): Record<ColumnRole, string> {
  const guess = (role: ColumnRole) =>
    likelyNames[role]
      .map((likely) => columns.find((column) => column.toLowerCase() === likely))
      .find((column) => column !== undefined) ?? '';
  return { id: guess('id'), file: guess('file'), title: guess('title'), split: guess('split') };
}
