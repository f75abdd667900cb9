import { join } from 'node:path';
import { readLines } from '@graft/runner';
import { type RawRow, readCsv } from './csv-records.js';
import { quote, RowProblem } from './row-problem.js';

const MAX_LINE_CHARACTERS = 64 * 1024;

/** The manifest's rows in file order, as they stand: nothing about them is trusted yet. */
export function readManifest(
  folder: string,
  format: 'csv' | 'jsonl',
  required: readonly string[],
): AsyncGenerator<RawRow> {
  return format === 'csv'
    ? readCsv(join(folder, 'manifest.csv'), required)
    : readJsonLines(join(folder, 'manifest.jsonl'));
}

async function* readJsonLines(path: string): AsyncGenerator<RawRow> {
  for await (const line of readLines(path)) {
    const text = line.replace(/^\uFEFF/, '').trim();
    if (text !== '') yield parseLine(text);
  }
}

function parseLine(text: string): RawRow {
  if (text.length > MAX_LINE_CHARACTERS)
    return new RowProblem(
      'row-unreadable',
      `The line has ${text.length} characters; at most ${MAX_LINE_CHARACTERS} are read.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return new RowProblem('row-unreadable', `The line is not JSON: ${String(error)}`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return new RowProblem('row-unreadable', `Expected a JSON object, found ${quote(value)}.`);
  }
  return value as Record<string, unknown>;
}
