import { answer, type Schemas } from '../api.js';
import { locateProblem, readExperiment } from '../experiment/experiment-file.js';
import { describeRun, durationMs, followExperiment, type Experiment } from '../experiment/follow.js';
import { preflightLines, type PreflightReport } from '../experiment/preflight-lines.js';
import { GraftProblem } from '@graft/client';
import { withConnection, type Ending, type Registrar, type Session } from '../session.js';
import { seconds, table } from '../terminal/table.js';
import { listCommand, more, pageOf, when, type PageOptions } from './listing.js';

export function experimentLines(experiment: Experiment): string[] {
  const rows = experiment.runs.map((run) => [
    run.name,
    run.recipe,
    run.state,
    durationMs(run) > 0 ? seconds(durationMs(run)) : '',
    run.id,
    run.failure?.message ?? '',
  ]);
  return [
    `${experiment.name}: ${experiment.state} (${experiment.id})`,
    ...table(
      [
        { title: 'step' },
        { title: 'recipe' },
        { title: 'state' },
        { title: 'time', align: 'right' },
        { title: 'run' },
        { title: '' },
      ],
      rows,
    ),
  ];
}

const endingOf = (experiment: Experiment): Ending =>
  experiment.state === 'succeeded' || experiment.state === 'running' ? 'pass' : 'fail';

/** Sends the file as it is; a field the server refuses is shown with its line. */
async function sendFile<T>(path: string, send: (spec: Schemas['ExperimentSpec']) => Promise<T>): Promise<T> {
  const file = await readExperiment(path);
  try {
    // The file is whatever its author wrote: judging it is the server's work, so it passes here untyped.
    return await send(file.spec as Schemas['ExperimentSpec']);
  } catch (error) {
    throw error instanceof GraftProblem ? new GraftProblem(locateProblem(error.problem, file)) : error;
  }
}

export const createExperiment = (session: Session, path: string): Promise<Experiment> =>
  sendFile(path, (body) => answer(session.api.POST('/api/experiments', { body })));

/** The reports of the runs that succeeded, by step. */
async function preflightReports(session: Session, { runs }: Experiment): Promise<Record<string, PreflightReport>> {
  const reports = runs
    .filter(({ state }) => state === 'succeeded')
    .map(async ({ id, name }) => {
      const found = await answer(session.api.GET('/api/runs/{id}/preflight', { params: { path: { id } } }));
      return [name, found] as const;
    });
  return Object.fromEntries(await Promise.all(reports));
}

export function registerExperiments({ program, serve }: Registrar): void {
  const experiment = program
    .command('experiment')
    .description('experiments: declared in one YAML file, run on the server');

  withConnection(experiment.command('run <file>'))
    .description('start the experiment of a YAML file')
    .option('--wait', 'follow it to its end; exit 1 when it does not succeed')
    .action(
      serve(async (session, path: string, { wait }: { wait?: boolean }) => {
        const created = await createExperiment(session, path);
        session.output.note(`experiment ${created.name} started: ${created.id}`);
        const ended = wait ? await followExperiment(session, created.id) : created;
        session.output.result(ended, () =>
          wait ? experimentLines(ended) : [`follow it with: graft experiment show ${created.id}`],
        );
        return endingOf(ended);
      }),
    );

  withConnection(experiment.command('preflight <file>'))
    .description('look at the trainings of a YAML file before starting them: data, time, memory, cost')
    .option('--wait', 'follow it to its end and print what it found; exit 1 where a training has a problem')
    .action(
      serve(async (session, path: string, { wait }: { wait?: boolean }) => {
        const { experiment: created, skipped } = await sendFile(path, (body) =>
          answer(session.api.POST('/api/experiments/preflight', { body })),
        );
        session.output.note(`${created.name} started: ${created.id}`);
        for (const { step, reason } of skipped) session.output.note(`${step} is left out: ${reason}`);
        const ended = wait ? await followExperiment(session, created.id) : created;
        const reports = wait ? await preflightReports(session, ended) : {};
        session.output.result({ experiment: ended, skipped, reports }, () =>
          wait
            ? [
                ...Object.entries(reports).flatMap(([step, report]) => [...preflightLines(step, report), '']),
                ...experimentLines(ended),
              ]
            : [`follow it with: graft experiment show ${created.id} --wait`],
        );
        const hasProblem = Object.values(reports).some(({ findings }) =>
          findings.some(({ level }) => level === 'problem'),
        );
        return hasProblem ? 'fail' : endingOf(ended);
      }),
    );

  listCommand(experiment, 'experiments, newest first').action(
    serve(async (session, options: PageOptions) => {
      const found = await answer(session.api.GET('/api/experiments', { params: { query: pageOf(options) } }));
      const rows = found.items.map((each) => [each.name, each.state, when(each.createdAt), each.id]);
      session.output.result(found, () => [
        ...table(
          [{ title: 'experiment' }, { title: 'state' }, { title: 'started (UTC)' }, { title: 'id' }],
          rows,
          'no experiment yet: graft experiment run FILE.yaml',
        ),
        ...more(rows.length, found.total),
      ]);
    }),
  );

  withConnection(experiment.command('show <id>'))
    .description('an experiment and its runs')
    .option('--wait', 'follow it to its end')
    .action(
      serve(async (session, id: string, { wait }: { wait?: boolean }) => {
        const found = wait
          ? await followExperiment(session, id)
          : await answer(session.api.GET('/api/experiments/{id}', { params: { path: { id } } }));
        session.output.result(found, () => [
          ...experimentLines(found),
          ...found.runs.filter((run) => run.state === 'running').map(describeRun),
        ]);
        return endingOf(found);
      }),
    );

  withConnection(experiment.command('cancel <id>'))
    .description('stop an experiment and all its runs')
    .action(
      serve(async (session, id: string) => {
        const found = await answer(session.api.POST('/api/experiments/{id}/cancel', { params: { path: { id } } }));
        session.output.result(found, () => experimentLines(found));
      }),
    );
}
