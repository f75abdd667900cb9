import { basename, resolve } from 'node:path';
import { Option } from 'commander';
import { all, answer, PER_PAGE, type Schemas } from '../api.js';
import { UsageError } from '../exit-codes.js';
import { defaultColumns, planImport, type ImportRequest } from '../import/plan.js';
import { followImport, upload, type Import } from '../import/upload.js';
import { withConnection, type Ending, type Registrar, type Session } from '../session.js';
import { table } from '../terminal/table.js';
import { listCommand, more, pageOf, when, type PageOptions } from './listing.js';

type Dataset = Schemas['Dataset'];

export async function findDataset(session: Session, name: string): Promise<Dataset | undefined> {
  const datasets = await all((page) =>
    answer(session.api.GET('/api/datasets', { params: { query: { page, perPage: PER_PAGE } } })),
  );
  return datasets.find((dataset) => dataset.name === name || dataset.id === name);
}

export async function datasetNamed(
  session: Session,
  name: string,
  create: { description: string; tier: Dataset['tier'] },
): Promise<Dataset> {
  return (await findDataset(session, name)) ?? answer(session.api.POST('/api/datasets', { body: { name, ...create } }));
}

const PROBLEMS_SHOWN = 10;

/** What an import took and refused, with the first problems and where to see all of them. */
export async function describeImport(session: Session, done: Import): Promise<string[]> {
  const { items, total } = await answer(
    session.api.GET('/api/imports/{id}/problems', {
      params: { path: { id: done.id }, query: { page: 1, perPage: PROBLEMS_SHOWN } },
    }),
  );
  const problems = items.map(({ row, itemId, code, message }) => [String(row), itemId ?? '', code, message]);
  return [
    done.state === 'succeeded'
      ? `took ${done.accepted} of ${done.rows} rows, refused ${done.rejected}`
      : `nothing was imported: ${done.failure?.message ?? 'the import failed'}`,
    ...(total > 0
      ? table(
          [{ title: 'row', align: 'right' }, { title: 'item' }, { title: 'problem' }, { title: 'what is wrong' }],
          problems,
        )
      : []),
    ...(total > items.length ? [`${total - items.length} more: graft dataset problems ${done.id}`] : []),
  ];
}

interface ImportOptions {
  dataset?: string;
  tier: Dataset['tier'];
  manifest?: string;
  pairs?: string;
  idColumn: string;
  fileColumn: string;
  titleColumn: string;
  splitColumn: string;
  attributes?: string;
  offsetColumn?: string;
  lengthColumn?: string;
  missingSplit: 'refuse' | 'hash';
}

function requestOf(source: string, options: ImportOptions): ImportRequest {
  const { offsetColumn: offset, lengthColumn: length } = options;
  if ((offset === undefined) !== (length === undefined))
    throw new UsageError('--offset-column and --length-column: expected both or neither, found one');
  return {
    source,
    columns: {
      id: options.idColumn,
      file: options.fileColumn,
      title: options.titleColumn,
      split: options.splitColumn,
      attributes:
        options.attributes
          ?.split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '') ?? null,
    },
    missingSplit: options.missingSplit,
    ...(options.manifest === undefined ? {} : { manifest: options.manifest }),
    ...(options.pairs === undefined ? {} : { pairs: options.pairs }),
    ...(offset !== undefined && length !== undefined ? { packed: { offset, length } } : {}),
  };
}

/** A dataset name out of a folder's or a manifest's: what experiment files can refer to. */
export const nameFrom = (source: string): string =>
  basename(resolve(source))
    .replace(/\.(csv|jsonl)(\.gz)?$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 64) || 'dataset';

async function runImport(session: Session, source: string, options: ImportOptions): Promise<Ending> {
  const plan = await planImport(requestOf(source, options));
  session.output.note(
    `${plan.rows} rows name ${plan.files.length} pictures${plan.missing.length > 0 ? `; ${plan.missing.length} more are missing and their rows will be refused` : ''}`,
  );
  const dataset = await datasetNamed(session, options.dataset ?? nameFrom(source), {
    description: '',
    tier: options.tier,
  });
  const done = await followImport(session, (await upload(session, dataset.id, plan)).id);
  const lines = await describeImport(session, done);
  session.output.result({ ...done, datasetName: dataset.name }, () => [`dataset ${dataset.name}`, ...lines]);
  return done.state === 'succeeded' ? 'pass' : 'fail';
}

function registerImport({ program, serve }: Registrar): void {
  withConnection(program.command('import'))
    .description('import a folder of pictures with its manifest as a new version of a dataset')
    .argument('<source>', 'folder with manifest.csv or manifest.jsonl, or the manifest itself')
    .option('--dataset <name>', 'name of the dataset, made when missing (default: name of the folder)')
    .addOption(
      new Option('--tier <tier>', 'who may use it').choices(['public', 'internal', 'restricted']).default('internal'),
    )
    .option('--manifest <file>', 'the manifest, where it has another name; .gz is unpacked')
    .option('--pairs <file>', 'co-engagement: CSV with item_a, item_b, weight (default: pairs.csv of the folder)')
    .option('--id-column <name>', 'column with the item id', defaultColumns.id)
    .option('--file-column <name>', 'column with the picture file', defaultColumns.file)
    .option('--title-column <name>', 'column with the title', defaultColumns.title)
    .option('--split-column <name>', 'column with train, val or test', defaultColumns.split)
    .option('--attributes <names>', 'attribute columns, separated by commas (default: all others)')
    .option('--offset-column <name>', 'pictures lie in packed files: column with the first byte')
    .option('--length-column <name>', 'pictures lie in packed files: column with the number of bytes')
    .addOption(
      new Option('--missing-split <how>', 'rows without a split: refuse them, or split 80/10/10 by id')
        .choices(['refuse', 'hash'])
        .default('refuse'),
    )
    .action(serve(runImport));
}

export function registerDatasets(registrar: Registrar): void {
  registerImport(registrar);
  const { program, serve } = registrar;
  const dataset = program.command('dataset').description('imported data and its versions');
  listCommand(dataset, 'datasets').action(
    serve(async (session, options: PageOptions) => {
      const found = await answer(session.api.GET('/api/datasets', { params: { query: pageOf(options) } }));
      const rows = found.items.map((each) => [each.name, each.tier, when(each.createdAt), each.id]);
      session.output.result(found, () => [
        ...table(
          [{ title: 'dataset' }, { title: 'tier' }, { title: 'made (UTC)' }, { title: 'id' }],
          rows,
          'no dataset yet: graft import FOLDER',
        ),
        ...more(rows.length, found.total),
      ]);
    }),
  );
  withConnection(dataset.command('show <name>'))
    .description('a dataset and its versions')
    .action(
      serve(async (session, name: string) => {
        const found = await findDataset(session, name);
        if (!found) throw new UsageError(`dataset: expected a name or id of graft dataset list, found ${name}`);
        const versions = await answer(
          session.api.GET('/api/datasets/{id}/versions', {
            params: { path: { id: found.id }, query: { perPage: PER_PAGE } },
          }),
        );
        const rows = versions.items.map((each) => [
          String(each.version),
          String(each.itemCount),
          Object.entries(each.splitCounts)
            .map(([split, count]) => `${split} ${count}`)
            .join(', '),
          when(each.createdAt),
          each.id,
        ]);
        session.output.result({ ...found, versions: versions.items }, () => [
          `${found.name}: ${found.description ?? ''}`,
          ...table(
            [
              { title: 'version', align: 'right' },
              { title: 'items', align: 'right' },
              { title: 'splits' },
              { title: 'made (UTC)' },
              { title: 'id' },
            ],
            rows,
            `no version yet: graft import FOLDER --dataset ${found.name}`,
          ),
        ]);
      }),
    );
  withConnection(dataset.command('problems <importId>'))
    .description('every refused row of an import')
    .action(
      serve(async (session, id: string) => {
        const items = await all((page) =>
          answer(
            session.api.GET('/api/imports/{id}/problems', {
              params: { path: { id }, query: { page, perPage: PER_PAGE } },
            }),
          ),
        );
        const rows = items.map((each) => [String(each.row), each.itemId ?? '', each.code, each.message]);
        session.output.result({ items, total: items.length }, () =>
          table(
            [{ title: 'row', align: 'right' }, { title: 'item' }, { title: 'problem' }, { title: 'what is wrong' }],
            rows,
            'no row was refused',
          ),
        );
      }),
    );
}
