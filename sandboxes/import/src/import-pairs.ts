import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { readCsv } from './csv-records.js';
import type { DatasetWriter } from './dataset-writer.js';
import type { ProblemLog } from './problem-log.js';
import { quote, RowProblem } from './row-problem.js';

const COLUMNS = { a: 'item_a', b: 'item_b', weight: 'weight' } as const;

/** Takes the pairs between accepted items from `pairs.csv`, where the upload has one. */
export async function importPairs(
  folder: string,
  acceptedIds: ReadonlySet<string>,
  writer: DatasetWriter,
  problems: ProblemLog,
): Promise<void> {
  const path = join(folder, 'pairs.csv');
  if (!(await exists(path))) return;
  let row = 0;
  for await (const record of readCsv(path, [COLUMNS.a, COLUMNS.b])) {
    row += 1;
    const pair = record instanceof RowProblem ? record : readPair(record, acceptedIds);
    if (pair instanceof RowProblem)
      problems.add(row, new RowProblem(pair.code, `pairs.csv: ${pair.message}`, pair.itemId));
    else await writer.addPair(pair);
  }
}

function readPair(
  record: Record<string, unknown>,
  acceptedIds: ReadonlySet<string>,
): { a: string; b: string; weight: number } | RowProblem {
  const a = String(record[COLUMNS.a]).trim();
  const b = String(record[COLUMNS.b]).trim();
  for (const [column, id] of [
    [COLUMNS.a, a],
    [COLUMNS.b, b],
  ] as const) {
    if (!acceptedIds.has(id))
      return new RowProblem(
        'pair-unknown-item',
        `Field "${column}": expected the id of an accepted item, found ${quote(id)}.`,
        id,
      );
  }
  if (a === b)
    return new RowProblem('field-invalid', `Field "${COLUMNS.b}": expected another item than ${quote(a)}.`, a);
  const text = String(record[COLUMNS.weight] ?? '').trim();
  const weight = text === '' ? 1 : Number(text);
  if (!Number.isFinite(weight) || weight <= 0) {
    return new RowProblem(
      'field-invalid',
      `Field "${COLUMNS.weight}": expected a number above 0, found ${quote(text)}.`,
      a,
    );
  }
  return { a, b, weight };
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
