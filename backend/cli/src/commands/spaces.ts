import { answer, type Schemas } from '../api.js';
import { UsageError } from '../exit-codes.js';
import { withConnection, type Registrar } from '../session.js';
import { percent, table } from '../terminal/table.js';
import { findDataset } from './datasets.js';
import { listCommand, more, pageOf, when, type PageOptions } from './listing.js';

type Snapshot = Schemas['Snapshot'];
type LiveSnapshot = Schemas['LiveSnapshot'];

const right = (title: string) => ({ title, align: 'right' as const });

function liveLines(live: readonly LiveSnapshot[]): string[] {
  const rows = live.map(({ datasetName, newestVersion, snapshot, previousId, coverage, ageSeconds, encodedOnMiss }) => [
    datasetName,
    snapshot.id,
    previousId ?? '',
    `${newestVersion.version}`,
    percent(coverage.items === 0 ? 1 : coverage.covered / coverage.items),
    String(coverage.missing),
    String(coverage.stale),
    `${(ageSeconds / 3600).toFixed(1)} h`,
    String(encodedOnMiss),
  ]);
  return table(
    [
      { title: 'dataset' },
      { title: 'live snapshot' },
      { title: 'before it' },
      ...['newest version', 'covered', 'missing', 'stale', 'age', 'encoded on a miss'].map(right),
    ],
    rows,
    'no live snapshot: graft snapshot publish',
  );
}

/** What storing fewer bits and searching approximately cost, as measured when the snapshot was written. */
function costs({ quantisation, index }: Snapshot): string {
  return [
    ...(quantisation === null ? [] : [`stored ${percent(quantisation.recall10)}`]),
    ...(index === null ? [] : [`index ${percent(index.recall10)}`]),
  ].join(', ');
}

export function registerSpaces({ program, serve }: Registrar): void {
  const space = program.command('space').description('embedding spaces and their live snapshots');
  listCommand(space, 'spaces').action(
    serve(async (session, options: PageOptions) => {
      const found = await answer(session.api.GET('/api/spaces', { params: { query: pageOf(options) } }));
      const rows = found.items.map(({ id, definition, createdAt }) => [id, String(definition.dim), when(createdAt)]);
      session.output.result(found, () => [
        ...table(
          [{ title: 'space' }, right('dimension'), { title: 'made (UTC)' }],
          rows,
          'no space yet: run an embed step',
        ),
        ...more(rows.length, found.total),
      ]);
    }),
  );
  withConnection(space.command('show <space>'))
    .description('how far its live snapshots are behind their datasets')
    .action(
      serve(async (session, id: string) => {
        const found = await answer(session.api.GET('/api/spaces/{id}', { params: { path: { id } } }));
        session.output.result(found, () => [
          `${found.id}: dimension ${found.definition.dim}`,
          ...liveLines(found.live),
        ]);
      }),
    );

  const snapshot = program.command('snapshot').description('stored vectors of a space for a dataset version');
  listCommand(snapshot, 'snapshots').action(
    serve(async (session, options: PageOptions) => {
      const found = await answer(session.api.GET('/api/snapshots', { params: { query: pageOf(options) } }));
      const rows = found.items.map((each) => [
        each.id,
        each.isLive ? 'live' : '',
        each.spaceId,
        String(each.itemCount),
        String(each.encodedCount),
        each.dtype,
        costs(each),
        when(each.createdAt),
      ]);
      const titles = [{ title: 'snapshot' }, { title: '' }, { title: 'space' }, right('items'), right('encoded')];
      session.output.result(found, () => [
        ...table(
          [...titles, { title: 'stored as' }, { title: 'recall@10' }, { title: 'made (UTC)' }],
          rows,
          'no snapshot yet: run an embed step',
        ),
        ...more(rows.length, found.total),
      ]);
    }),
  );
  withConnection(snapshot.command('publish <snapshot>'))
    .description('make it the live snapshot of its space for its dataset')
    .action(
      serve(async (session, id: string) => {
        const live = await answer(session.api.POST('/api/snapshots/{id}/publish', { params: { path: { id } } }));
        session.output.result(live, () => [`snapshot ${live.id} is live`]);
      }),
    );
  withConnection(snapshot.command('rollback <space>'))
    .description('make the snapshot that was live before the live one again; twice changes nothing')
    .requiredOption('--dataset <name>', 'dataset whose live snapshot goes back')
    .action(
      serve(async (session, id: string, { dataset }: { dataset: string }) => {
        const found = await findDataset(session, dataset);
        if (!found) throw new UsageError(`--dataset: expected a name or id of graft dataset list, found ${dataset}`);
        const live = await answer(
          session.api.POST('/api/spaces/{id}/rollback', {
            params: { path: { id } },
            body: { datasetId: found.id },
          }),
        );
        session.output.result(live, () => [`snapshot ${live.id} is live again for ${found.name}`]);
      }),
    );
}
