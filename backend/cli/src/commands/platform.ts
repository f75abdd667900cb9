import { answer } from '../api.js';
import { withConnection, type Registrar } from '../session.js';
import { table } from '../terminal/table.js';
import { listCommand, more, pageOf, when, type PageOptions } from './listing.js';

export function registerPlatform({ program, serve }: Registrar): void {
  listCommand(program.command('audit').description('who changed what'), 'mutations, newest first').action(
    serve(async (session, options: PageOptions) => {
      const found = await answer(session.api.GET('/api/audit', { params: { query: pageOf(options) } }));
      const rows = found.items.map((each) => [when(each.at), each.actorName ?? '', each.action, each.outcome]);
      session.output.result(found, () => [
        ...table(
          [{ title: 'at (UTC)' }, { title: 'who' }, { title: 'what' }, { title: 'outcome' }],
          rows,
          'nothing was changed yet',
        ),
        ...more(rows.length, found.total),
      ]);
    }),
  );

  listCommand(
    program.command('sandbox').description('isolated places where runs and served models live'),
    'sandboxes, newest first',
  ).action(
    serve(async (session, options: PageOptions) => {
      const found = await answer(session.api.GET('/api/sandboxes', { params: { query: pageOf(options) } }));
      const rows = found.items.map((each) => [
        each.recipe,
        each.endedAt === null ? 'alive' : (each.endReason ?? 'ended'),
        each.isolationLevel,
        `${each.cpuSeconds.toFixed(1)} s`,
        `${(each.peakMemoryBytes / 1e6).toFixed(0)} MB`,
        when(each.createdAt),
        each.id,
      ]);
      session.output.result(found, () => [
        ...table(
          [
            { title: 'recipe' },
            { title: 'state' },
            { title: 'isolation' },
            { title: 'CPU', align: 'right' },
            { title: 'most memory', align: 'right' },
            { title: 'started (UTC)' },
            { title: 'id' },
          ],
          rows,
          'no sandbox yet: runs and endpoints start them',
        ),
        ...more(rows.length, found.total),
      ]);
    }),
  );

  withConnection(program.command('isolation'))
    .description('what the sandbox driver truly enforces on this machine, as it measured')
    .action(
      serve(async (session) => {
        const found = await answer(session.api.GET('/api/isolation'));
        session.output.result(found, () =>
          found.reports.flatMap((report) => [
            `${report.host}: driver ${report.driver} (${report.runtime}), ${report.level}`,
            ...table(
              [{ title: 'resource' }, { title: 'enforced' }, { title: 'why' }, { title: 'how to get more' }],
              report.findings.map(({ resource, level, reason, remedy }) => [resource, level, reason, remedy ?? '']),
            ),
            ...table(
              [{ title: 'probe' }, { title: 'outcome' }, { title: 'what was tried' }],
              report.probes.map(({ id, verdict, title }) => [id, verdict, title]),
            ),
          ]),
        );
      }),
    );
}
