import { createHash } from 'node:crypto';
import { type DatasetItem, ItemId, Split, type TaskOf } from '@graft/protocol';
import { quote, RowProblem } from './row-problem.js';

type ImportOptions = TaskOf<'import'>['input'];

/** A row whose fields are valid; its picture has not been looked at. */
export type RowFields = Pick<DatasetItem, 'id' | 'title' | 'attributes' | 'split'> & { readonly file: string };

const MAX_FILE = 1000;
const MAX_TITLE = 2000;
const MAX_VALUE = 256;
const AttributeName = /^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,63}$/u;

/** Attribute columns of these names may be filled: letters, digits, space and `_ . -`, at most 64 characters. */
export function isAttributeName(name: string): boolean {
  return AttributeName.test(name);
}

/** Reads the fields of a raw row, or says what is wrong with the first bad one. */
export function readFields(row: Record<string, unknown>, options: ImportOptions): RowFields | RowProblem {
  const { columns } = options;
  const id = textField(row, columns.id, 128);
  if (id instanceof RowProblem) return id;
  if (id === '') return new RowProblem('field-missing', `Field "${columns.id}": expected an item id, found nothing.`);
  if (!ItemId.safeParse(id).success) {
    return new RowProblem(
      'field-invalid',
      `Field "${columns.id}": expected 1 to 128 of A-Z a-z 0-9 . _ : -, starting with a letter or digit, found ${quote(id)}.`,
      id,
    );
  }
  const file = textField(row, columns.file, MAX_FILE);
  if (file instanceof RowProblem) return withItem(file, id);
  if (file === '')
    return new RowProblem(
      'field-missing',
      `Field "${columns.file}": expected the name of an uploaded file, found nothing.`,
      id,
    );
  const title = textField(row, columns.title, MAX_TITLE);
  if (title instanceof RowProblem) return withItem(title, id);
  const split = readSplit(row, id, options);
  if (split instanceof RowProblem) return withItem(split, id);
  const attributes = readAttributes(row, options);
  if (attributes instanceof RowProblem) return withItem(attributes, id);
  return { id, file, title, split, attributes };
}

function withItem(problem: RowProblem, id: string): RowProblem {
  return new RowProblem(problem.code, problem.message, id);
}

function readSplit(row: Record<string, unknown>, id: string, options: ImportOptions): Split | RowProblem {
  const name = options.columns.split;
  const found = textField(row, name, 64);
  if (found instanceof RowProblem) return found;
  if (found === '') {
    if (options.missingSplit === 'hash') return splitByHash(id);
    return new RowProblem(
      'field-missing',
      `Field "${name}": expected train, val or test, found nothing. Fill it, or import with missingSplit "hash".`,
    );
  }
  const split = Split.safeParse(found.toLowerCase());
  return split.success
    ? split.data
    : new RowProblem('unknown-split', `Field "${name}": expected train, val or test, found ${quote(found)}.`);
}

/** 80/10/10 by the id alone, so that an item keeps its split from one import to the next. */
function splitByHash(id: string): Split {
  const share = createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32;
  if (share < 0.8) return 'train';
  return share < 0.9 ? 'val' : 'test';
}

function readAttributes(row: Record<string, unknown>, { columns }: ImportOptions): Record<string, string> | RowProblem {
  const reserved = new Set([columns.id, columns.file, columns.title, columns.split]);
  const names = columns.attributes ?? Object.keys(row).filter((name) => !reserved.has(name));
  const entries: [string, string][] = [];
  for (const name of names) {
    if (!isAttributeName(name)) {
      return new RowProblem(
        'field-invalid',
        `Field ${quote(name)}: an attribute's name is 1 to 64 letters, digits, spaces or _ . -, starting with a letter or digit. Rename it, or name the attribute columns to take.`,
      );
    }
    const value = textField(row, name, MAX_VALUE);
    if (value instanceof RowProblem) return value;
    if (value !== '') entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

/** The trimmed text of a field: '' where it is absent or null; numbers and booleans as JSON writes them. */
function textField(row: Record<string, unknown>, name: string, maxLength: number): string | RowProblem {
  const value = Object.hasOwn(row, name) ? row[name] : undefined;
  if (value === undefined || value === null) return '';
  if (typeof value === 'object')
    return new RowProblem('field-invalid', `Field "${name}": expected text, found ${quote(value)}.`);
  const text = String(value).trim();
  if (text.length > maxLength)
    return new RowProblem(
      'field-invalid',
      `Field "${name}": expected at most ${maxLength} characters, found ${text.length}.`,
    );
  if (/\p{Cc}/u.test(text))
    return new RowProblem(
      'field-invalid',
      `Field "${name}": expected text without control characters, found ${quote(text)}.`,
    );
  return text;
}
