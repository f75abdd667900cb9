import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputInvalid, mapInOrder, type RecipeContext } from '@graft/runner';
import { DatasetWriter } from './dataset-writer.js';
import { importPairs } from './import-pairs.js';
import { readManifest } from './manifest-rows.js';
import { checkPicture, type PictureFacts } from './picture-check.js';
import { ProblemLog } from './problem-log.js';
import { readFields, type RowFields } from './row-fields.js';
import { RowProblem } from './row-problem.js';
import { Upload } from './upload.js';

/** Pictures in flight: enough to keep libuv's four threads busy, few enough to bound memory by 8 x maxImageBytes. */
const PICTURES_AT_ONCE = 8;
const ROWS_BETWEEN_BREATHS = 200;

type Context = RecipeContext<'import'>;

interface NumberedRow {
  readonly row: number;
  readonly fields: RowFields | RowProblem;
}

interface CheckedRow {
  readonly row: number;
  readonly outcome: RowProblem | { readonly fields: RowFields; readonly facts: PictureFacts; readonly bytes: Buffer };
}

/** Turns an upload into a dataset and a list of the rows it refused. Fails as a whole only where no row is left. */
export async function importDataset(context: Context): Promise<Record<string, unknown>> {
  await using upload = await Upload.open(context.inputPath(context.input.upload));
  // An earlier attempt may have been killed half-way: an import is quick enough to start again.
  await rm(context.outDir, { recursive: true, force: true });
  await using writer = await DatasetWriter.create(join(context.outDir, 'dataset'));
  const problems = new ProblemLog();
  const acceptedIds = new Set<string>();
  let rows = 0;
  for await (const { row, outcome } of mapInOrder(numberedRows(context, upload), PICTURES_AT_ONCE, (entry) =>
    checkRow(entry, upload, context),
  )) {
    rows = row;
    if (outcome instanceof RowProblem) {
      problems.add(row, outcome);
    } else {
      const { id, title, attributes, split } = outcome.fields;
      acceptedIds.add(id);
      await writer.addItem({ id, title, attributes, split }, outcome.facts, outcome.bytes);
    }
    context.progress(
      row / Math.max(row, upload.fileCount),
      'checking rows and pictures',
      `${row} rows, ${problems.total} refused`,
    );
    if (row % ROWS_BETWEEN_BREATHS === 0) await context.breathe();
  }
  const rejected = problems.total;
  if (writer.itemCount === 0) {
    await publishProblems(context, problems);
    throw new InputInvalid(
      `None of the ${rows} rows of manifest.${context.input.manifest} could be taken. ${problems.summary()}`,
    );
  }
  await importPairs(upload.folder, acceptedIds, writer, problems);
  await publishProblems(context, problems);
  const manifest = await writer.finish();
  context.artifact('dataset', 'dataset');
  return {
    rows,
    accepted: manifest.itemCount,
    rejected,
    pairs: manifest.pairCount,
    rejectedPairs: problems.total - rejected,
    splitCounts: manifest.splitCounts,
  };
}

async function publishProblems(context: Context, problems: ProblemLog): Promise<void> {
  await problems.write(await context.artifactDir('problems'));
  context.artifact('problems', 'problems');
}

/** Rows with their number and fields, in file order. The first row of an id keeps it; later ones are refused. */
async function* numberedRows({ input }: Context, upload: Upload): AsyncGenerator<NumberedRow> {
  const firstRows = new Map<string, number>();
  let row = 0;
  for await (const raw of readManifest(upload.folder, input.manifest, [input.columns.id, input.columns.file])) {
    row += 1;
    const fields = raw instanceof RowProblem ? raw : readFields(raw, input);
    if (fields instanceof RowProblem) {
      yield { row, fields };
      continue;
    }
    const first = firstRows.get(fields.id);
    if (first === undefined) firstRows.set(fields.id, row);
    const duplicate =
      first === undefined
        ? undefined
        : new RowProblem(
            'duplicate-id',
            `Field "${input.columns.id}": ${fields.id} is already the id of row ${first}.`,
            fields.id,
          );
    yield { row, fields: duplicate ?? fields };
  }
}

async function checkRow({ row, fields }: NumberedRow, upload: Upload, { input }: Context): Promise<CheckedRow> {
  if (fields instanceof RowProblem) return { row, outcome: fields };
  const size = upload.sizeOf(fields.file);
  if (size === undefined) {
    return {
      row,
      outcome: new RowProblem(
        'file-missing',
        `Field "${input.columns.file}": no uploaded file is named "${fields.file}".`,
        fields.id,
      ),
    };
  }
  if (size > input.maxImageBytes) {
    return {
      row,
      outcome: new RowProblem(
        'image-too-large',
        `${fields.file}: expected at most ${input.maxImageBytes} bytes, found ${size}.`,
        fields.id,
      ),
    };
  }
  const bytes = await upload.read(fields.file);
  const facts = await checkPicture(bytes, input.maxImagePixels);
  if (facts instanceof RowProblem)
    return { row, outcome: new RowProblem(facts.code, `${fields.file}: ${facts.message}`, fields.id) };
  return { row, outcome: { fields, facts, bytes } };
}
