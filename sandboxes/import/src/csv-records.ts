import { createReadStream } from 'node:fs';
import { type CsvError, parse } from 'csv-parse';
import { InputInvalid } from '@graft/runner';
import { quote, RowProblem } from './row-problem.js';

const MAX_RECORD_BYTES = 64 * 1024;

/** A record by column name, or why the row could not be read as one. */
export type RawRow = Record<string, unknown> | RowProblem;

/** A CSV file's rows. The header must hold `required` columns, each name once. */
export async function* readCsv(path: string, required: readonly string[]): AsyncGenerator<RawRow> {
  let header: string[] | undefined;
  for await (const record of csvRecords(path)) {
    if (!header) {
      header = checkHeader(record, path, required);
    } else if (record instanceof RowProblem) {
      yield record;
    } else if (record.length !== header.length) {
      yield new RowProblem(
        'row-unreadable',
        `Expected ${header.length} fields as in the header, found ${record.length}. Quote fields that hold commas.`,
      );
    } else {
      const names = header;
      yield Object.fromEntries(record.map((value, column) => [names[column] as string, value]));
    }
  }
  if (!header)
    throw new InputInvalid(
      `${fileName(path)} is empty: expected a header line with the columns ${required.join(', ')}.`,
    );
}

function checkHeader(record: string[] | RowProblem, path: string, required: readonly string[]): string[] {
  if (record instanceof RowProblem)
    throw new InputInvalid(`${fileName(path)}: the header cannot be read: ${record.message}`);
  const header = record.map((name) => name.trim());
  const missing = required.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new InputInvalid(
      `${fileName(path)}: expected the columns ${required.join(', ')}; missing: ${missing.join(', ')}; found: ${header.join(', ').slice(0, 300)}.`,
    );
  }
  const repeated = header.find((name, column) => header.indexOf(name) !== column);
  if (repeated !== undefined)
    throw new InputInvalid(`${fileName(path)}: the column ${quote(repeated)} stands twice in the header. Rename one.`);
  return header;
}

/** Records in file order; a record that cannot be parsed keeps its place as a problem. */
async function* csvRecords(path: string): AsyncGenerator<string[] | RowProblem> {
  const refused: RowProblem[] = [];
  const parser = parse({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      refused.push(new RowProblem('row-unreadable', `The row is not CSV: ${error?.message ?? 'unknown error'}`));
      return undefined;
    },
  });
  const input = createReadStream(path, { highWaterMark: 1 << 16 });
  input.once('error', (error) => parser.destroy(error));
  for await (const record of input.pipe(parser)) {
    yield* refused.splice(0);
    yield record as string[];
  }
  yield* refused;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
