import { Option } from 'commander';
import { answer, type Schemas } from '../api.js';
import { UsageError } from '../exit-codes.js';
import {
  accuracyTable,
  checkLines,
  judge,
  latencyTable,
  pairedTable,
  type Thresholds,
} from '../experiment/comparison.js';
import { describeRun } from '../experiment/follow.js';
import { withConnection, type Registrar, type Session } from '../session.js';
import { GraftProblem } from '@graft/client';
import { table } from '../terminal/table.js';
import { when } from './listing.js';

type Run = Schemas['Run'];

/** The latest value of each metric. */
async function metricLines(session: Session, id: string): Promise<string[]> {
  const { items } = await answer(session.api.GET('/api/runs/{id}/metrics', { params: { path: { id } } }));
  const last = new Map(items.map((metric) => [metric.name, metric]));
  return last.size === 0
    ? []
    : table(
        [{ title: 'metric' }, { title: 'step', align: 'right' }, { title: 'value', align: 'right' }],
        [...last.values()].map(({ name, step, value }) => [name, String(step), value.toPrecision(4)]),
      );
}

/** The evaluation of a run, or of the last evaluate step of an experiment: people name either. */
async function evaluationRun(session: Session, id: string): Promise<string> {
  try {
    const experiment = await answer(session.api.GET('/api/experiments/{id}', { params: { path: { id } } }));
    const run = experiment.runs.findLast((each) => each.recipe === 'evaluate');
    if (!run)
      throw new UsageError(
        `compare: expected an experiment with an evaluate step, found ${experiment.runs.map((each) => each.recipe).join(', ')}`,
      );
    return run.id;
  } catch (error) {
    if (error instanceof GraftProblem && error.problem.status === 404) return id;
    throw error;
  }
}

const fraction = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageError(`expected a number, found ${text}`);
  return value;
};

function registerCompare({ program, serve }: Registrar): void {
  withConnection(program.command('compare <runOrExperiment>'))
    .description(
      'the evaluation as tables and as a verdict: 0 when the swapped model is not worse by its interval, 1 when it is, 3 when the data cannot tell',
    )
    .option('--candidate <name>', 'who is judged (default: the swapped model)')
    .option('--baseline <name>', 'against whom (default: the first candidate)')
    .addOption(new Option('--margin <share>', 'accuracy it may lose, e.g. 0.01').default(0).argParser(fraction))
    .addOption(new Option('--gain <share>', 'least relative gain in accuracy, e.g. 0.3').argParser(fraction))
    .addOption(new Option('--latency-ratio <factor>', 'least native / swapped latency at --images').argParser(fraction))
    .addOption(new Option('--cost-ratio <factor>', 'least native / swapped cost at --images').argParser(fraction))
    .addOption(new Option('--images <number>', 'images a request for both ratios').default(20).argParser(fraction))
    .action(
      serve(async (session, id: string, thresholds: Thresholds) => {
        const run = await evaluationRun(session, id);
        const report = await answer(session.api.GET('/api/runs/{id}/report', { params: { path: { id: run } } }));
        const { checks, verdict } = judge(report, thresholds);
        const native = report.accuracy[0]?.candidate ?? '';
        const swapped = report.control?.candidate ?? report.accuracy.at(-1)?.candidate ?? '';
        session.output.result({ verdict, checks, report }, () => [
          ...accuracyTable(report),
          '',
          ...pairedTable(report),
          '',
          ...latencyTable(report, native, swapped),
          '',
          ...checkLines(checks),
          `verdict: ${verdict}`,
        ]);
        return verdict;
      }),
    );
}

const LOG_LINES_AT_ONCE = 1000;

async function logsOf(session: Session, id: string): Promise<Schemas['RunLog'][]> {
  const lines: Schemas['RunLog'][] = [];
  for (;;) {
    const query = { afterId: lines.at(-1)?.id ?? '0', limit: LOG_LINES_AT_ONCE };
    const { items } = await answer(session.api.GET('/api/runs/{id}/logs', { params: { path: { id }, query } }));
    lines.push(...items);
    if (items.length < LOG_LINES_AT_ONCE) return lines;
  }
}

function runLines(run: Run): string[] {
  return [
    describeRun(run),
    `recipe ${run.recipe}, attempt ${run.attempt}, started ${when(run.startedAt)}, ended ${when(run.endedAt)} (UTC)`,
    ...(run.failure ? [`failure ${run.failure.code}: ${run.failure.message}`] : []),
  ];
}

export function registerRuns(registrar: Registrar): void {
  registerCompare(registrar);
  const { program, serve } = registrar;
  const run = program.command('run').description('single runs of an experiment');

  withConnection(run.command('show <id>'))
    .description('state, figures and results of a run')
    .action(
      serve(async (session, id: string) => {
        const found = await answer(session.api.GET('/api/runs/{id}', { params: { path: { id } } }));
        const artifacts = await answer(session.api.GET('/api/runs/{id}/artifacts', { params: { path: { id } } }));
        const metrics = await metricLines(session, id);
        session.output.result({ ...found, artifacts: artifacts.items }, () => [
          ...runLines(found),
          ...metrics,
          ...table(
            [{ title: 'artifact' }, { title: 'kind' }, { title: 'hash' }],
            artifacts.items.map(({ name, kind, treeHash }) => [name, kind, treeHash]),
            'no artifact yet',
          ),
        ]);
      }),
    );

  withConnection(run.command('logs <id>'))
    .description('what a run said, oldest first')
    .action(
      serve(async (session, id: string) => {
        const entries = await logsOf(session, id);
        session.output.result({ items: entries }, () =>
          entries.map(({ at, level, message }) => `${at} ${level.padEnd(5)} ${message}`),
        );
      }),
    );
}
