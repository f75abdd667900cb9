import { all, answer, PER_PAGE, type Schemas } from '../api.js';
import { UsageError } from '../exit-codes.js';
import { withConnection, type Registrar, type Session } from '../session.js';
import { milliseconds, percent, table } from '../terminal/table.js';
import { listCommand, more, pageOf, when, type PageOptions } from './listing.js';
import { findVersion } from './models.js';

export type SearchIndex = Schemas['SearchIndex'];
type Version = NonNullable<SearchIndex['current']>;

const WAIT_MS = 500;

/** @throws UsageError when there is none */
export async function searchIndexNamed(session: Session, name: string): Promise<SearchIndex> {
  const indexes = await all((page) =>
    answer(session.api.GET('/api/search-indexes', { params: { query: { page, perPage: PER_PAGE } } })),
  );
  const found = indexes.find((index) => index.name === name || index.id === name);
  if (!found) throw new UsageError(`index: expected a name or id of graft search-index list, found ${name}`);
  return found;
}

export const getSearchIndex = (session: Session, id: string): Promise<SearchIndex> =>
  answer(session.api.GET('/api/search-indexes/{id}', { params: { path: { id } } }));

/** Waits until what was asked for answers; a server that cannot start ends the wait. */
export async function untilAnswering(session: Session, id: string): Promise<SearchIndex> {
  for (;;) {
    const index = await getSearchIndex(session, id);
    if (index.next === null) return index;
    if (index.next.serverState === 'failed')
      throw new Error(
        `search index ${index.name}: the server of version ${index.next.version} does not start: ${index.next.serverMessage ?? 'no reason given'}`,
      );
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

const shown = (value: number | null | undefined, write: (value: number) => string): string =>
  value === null || value === undefined ? '' : write(value);

function versionRow(role: string, version: Version): string[] {
  const { gauges } = version;
  return [
    role,
    String(version.version),
    version.snapshotId,
    String(version.itemCount),
    version.readsTexts ? 'pictures, texts' : 'pictures',
    version.serverMessage === null ? version.serverState : `${version.serverState}: ${version.serverMessage}`,
    shown(gauges?.searches, String),
    shown(gauges?.p50Ms, milliseconds),
    shown(gauges?.p95Ms, milliseconds),
    shown(gauges?.recall10, percent),
  ];
}

function indexLines(index: SearchIndex): string[] {
  const roles = [
    ['current', index.current],
    ['next', index.next],
    ['previous', index.previous],
  ] as const;
  const right = (title: string) => ({ title, align: 'right' as const });
  return [
    `${index.name}: ${index.state} (${index.id}), dataset ${index.datasetName}${index.followLive ? ', follows the live snapshot' : ''}`,
    ...table(
      [
        { title: 'answers' },
        right('version'),
        { title: 'snapshot' },
        right('items'),
        { title: 'reads' },
        { title: 'server' },
        ...['searches', 'p50', 'p95', 'recall@10'].map(right),
      ],
      roles.flatMap(([role, version]) => (version === null ? [] : [versionRow(role, version)])),
    ),
  ];
}

interface SnapshotOptions {
  snapshot: string;
  encoder?: string;
  wait?: boolean;
}

const encoderOf = async (session: Session, { encoder }: SnapshotOptions): Promise<string | null> =>
  encoder === undefined ? null : (await findVersion(session, encoder)).id;

export function registerSearchIndexes({ program, serve }: Registrar): void {
  const group = program.command('search-index').description('addresses that answer searches over a snapshot');

  listCommand(group, 'search indexes').action(
    serve(async (session, options: PageOptions) => {
      const found = await answer(session.api.GET('/api/search-indexes', { params: { query: pageOf(options) } }));
      const rows = found.items.map((index) => [
        index.name,
        index.state,
        index.datasetName,
        index.current?.snapshotId ?? '',
        when(index.switchedAt),
        index.id,
      ]);
      const titles = ['index', 'state', 'dataset', 'snapshot', 'switched (UTC)', 'id'].map((title) => ({ title }));
      session.output.result(found, () => [
        ...table(titles, rows, 'no search index yet: graft search-index create'),
        ...more(rows.length, found.total),
      ]);
    }),
  );

  withConnection(group.command('show <index>'))
    .description('versions, their servers, latency and measured recall')
    .action(
      serve(async (session, name: string) => {
        const index = await getSearchIndex(session, (await searchIndexNamed(session, name)).id);
        session.output.result(index, () => indexLines(index));
      }),
    );

  withConnection(group.command('create <name>'))
    .description('make a snapshot searchable')
    .requiredOption('--snapshot <id>', 'the snapshot to search in')
    .option('--encoder <model@version>', "whose encoders read the questions; default: what made the snapshot's space")
    .option('--follow-live', 'switch whenever another snapshot of the space is published', false)
    .option('--wait', 'wait until it answers')
    .action(
      serve(async (session, name: string, options: SnapshotOptions & { followLive: boolean }) => {
        const { snapshot: snapshotId, followLive } = options;
        const encoderVersionId = await encoderOf(session, options);
        const made = await answer(
          session.api.POST('/api/search-indexes', { body: { name, snapshotId, followLive, encoderVersionId } }),
        );
        const index = options.wait ? await untilAnswering(session, made.id) : made;
        session.output.result(index, () => indexLines(index));
      }),
    );

  withConnection(group.command('switch <index>'))
    .description('answer from another snapshot as soon as its server is ready')
    .requiredOption('--snapshot <id>', 'the snapshot to switch to')
    .option('--encoder <model@version>', 'whose encoders read the questions')
    .option('--allow-new-space', 'take a snapshot of another space, with the encoder of that space', false)
    .option('--wait', 'wait until it answers')
    .action(
      serve(async (session, name: string, options: SnapshotOptions & { allowNewSpace: boolean }) => {
        const { id } = await searchIndexNamed(session, name);
        const { snapshot: snapshotId, allowNewSpace } = options;
        const encoderVersionId = await encoderOf(session, options);
        const asked = await answer(
          session.api.PUT('/api/search-indexes/{id}/snapshot', {
            params: { path: { id } },
            body: { snapshotId, encoderVersionId, allowNewSpace },
          }),
        );
        const index = options.wait ? await untilAnswering(session, id) : asked;
        session.output.result(index, () => indexLines(index));
      }),
    );

  withConnection(group.command('rollback <index>'))
    .description('answer from the snapshot before again, at once')
    .action(
      serve(async (session, name: string) => {
        const { id } = await searchIndexNamed(session, name);
        const index = await answer(session.api.POST('/api/search-indexes/{id}/rollback', { params: { path: { id } } }));
        session.output.result(index, () => indexLines(index));
      }),
    );

  withConnection(group.command('delete <index>'))
    .description('stop answering and forget the index; its snapshots stay')
    .action(
      serve(async (session, name: string) => {
        const { id } = await searchIndexNamed(session, name);
        await answer(session.api.DELETE('/api/search-indexes/{id}', { params: { path: { id } } }));
        session.output.result({ id }, () => [`${name} is deleted`]);
      }),
    );
}
