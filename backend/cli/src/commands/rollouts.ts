import { answer, type Schemas } from '../api.js';
import { withConnection, type Registrar } from '../session.js';
import { table } from '../terminal/table.js';
import { endpointNamed } from './endpoints.js';
import { listCommand, more, pageOf, when, type PageOptions } from './listing.js';
import { findVersion } from './models.js';

type Rollout = Schemas['Rollout'];

const rolloutLines = (rollout: Rollout): string[] => [
  `rollout ${rollout.id}: ${rollout.state}`,
  `${rollout.modelName} version ${rollout.candidate.version}${rollout.previous ? `, replacing version ${rollout.previous.version}` : ''}; comparison under traffic: ${rollout.outcome}`,
  `asked for by ${rollout.requestedBy.name} at ${when(rollout.requestedAt)} (UTC): ${rollout.reason}`,
];

export function registerRollouts({ program, serve }: Registrar): void {
  const rollout = program.command('rollout').description('the only way by which champion moves');

  listCommand(rollout, 'rollouts, newest first').action(
    serve(async (session, options: PageOptions) => {
      const found = await answer(session.api.GET('/api/rollouts', { params: { query: pageOf(options) } }));
      const rows = found.items.map((each) => [
        each.state,
        `${each.modelName}@${each.candidate.version}`,
        each.requestedBy.name,
        when(each.requestedAt),
        each.id,
      ]);
      session.output.result(found, () => [
        ...table(
          [{ title: 'state' }, { title: 'version' }, { title: 'asked for by' }, { title: 'at (UTC)' }, { title: 'id' }],
          rows,
          'no rollout yet: graft rollout request MODEL@VERSION',
        ),
        ...more(rows.length, found.total),
      ]);
    }),
  );

  withConnection(rollout.command('request <version>'))
    .description('ask for a version to become champion; somebody else approves')
    .requiredOption('--reason <text>', 'why, for whoever approves')
    .option('--endpoint <name>', 'endpoint whose analysis is part of the evidence')
    .action(
      serve(async (session, reference: string, options: { reason: string; endpoint?: string }) => {
        const version = await findVersion(session, reference);
        const endpoint = options.endpoint === undefined ? undefined : await endpointNamed(session, options.endpoint);
        const made = await answer(
          session.api.POST('/api/rollouts', {
            body: {
              modelVersionId: version.id,
              reason: options.reason,
              ...(endpoint ? { endpointId: endpoint.id } : {}),
            },
          }),
        );
        session.output.result(made, () => [
          ...rolloutLines(made),
          `an admin approves it with: graft rollout approve ${made.id}`,
        ]);
      }),
    );

  withConnection(rollout.command('show <id>'))
    .description('state, evidence and approvals of a rollout')
    .action(
      serve(async (session, id: string) => {
        const found = await answer(session.api.GET('/api/rollouts/{id}', { params: { path: { id } } }));
        const story = found.moves.map(({ state, person, comment, at }) => [when(at), state, person.name, comment]);
        session.output.result(found, () => [
          ...rolloutLines(found),
          ...table([{ title: 'at (UTC)' }, { title: 'state' }, { title: 'who' }, { title: 'why' }], story),
          `evidence ${found.evidenceSha256}`,
        ]);
      }),
    );

  for (const verb of ['approve', 'reject'] as const) {
    withConnection(rollout.command(`${verb} <id>`))
      .description(`${verb} a rollout that somebody else asked for`)
      .requiredOption('--comment <text>', 'why, for the record')
      .action(
        serve(async (session, id: string, { comment }: { comment: string }) => {
          const changed = await answer(
            session.api.POST(`/api/rollouts/{id}/${verb}`, { params: { path: { id } }, body: { comment } }),
          );
          session.output.result(changed, () => rolloutLines(changed));
        }),
      );
  }

  withConnection(rollout.command('cancel <id>'))
    .description('take a request back')
    .action(
      serve(async (session, id: string) => {
        const changed = await answer(session.api.POST('/api/rollouts/{id}/cancel', { params: { path: { id } } }));
        session.output.result(changed, () => rolloutLines(changed));
      }),
    );

  withConnection(rollout.command('rollback <id>'))
    .description('return to the champion before this rollout')
    .requiredOption('--reason <text>', 'why, for the record')
    .action(
      serve(async (session, id: string, { reason }: { reason: string }) => {
        const changed = await answer(
          session.api.POST('/api/rollouts/{id}/rollback', { params: { path: { id } }, body: { reason } }),
        );
        session.output.result(changed, () => rolloutLines(changed));
      }),
    );
}
