import { Option } from 'commander';
import { connect } from '../api.js';
import { environment } from '../environment.js';
import { exitCodes, UsageError } from '../exit-codes.js';
import { runMainJob } from '../main-job/job.js';
import { Phases } from '../main-job/phases.js';
import { benchReport, reportLines, writeReport } from '../main-job/report.js';
import { DataMissing, jobSources } from '../main-job/sources.js';
import { withConnection, type Ending, type Registrar, type Session } from '../session.js';
import { benchGroup } from './bench-group.js';

interface JobOptions {
  data: string;
  adminToken?: string;
}

/** @param keep whether the figures are written to a file, which the last line then names. */
async function runAndReport(session: Session, options: JobOptions, keep: boolean): Promise<Ending> {
  const source = jobSources[options.data];
  if (!source)
    throw new UsageError(`--data: expected one of ${Object.keys(jobSources).join(', ')}, found ${options.data}`);
  const adminToken = options.adminToken ?? environment.adminToken;
  const admin =
    adminToken === undefined ? null : { ...session, token: adminToken, api: connect(session.url, adminToken) };
  try {
    const result = await runMainJob({ source, session, admin, phases: new Phases() });
    const figures = benchReport(result, source);
    const written = keep ? ['', `figures: ${await writeReport(figures)}`] : [];
    session.output.result(figures, () => ['', ...reportLines(result, source), ...written]);
    return 'pass';
  } catch (error) {
    if (!(error instanceof DataMissing)) throw error;
    session.output.note(error.message);
    return 'inconclusive';
  }
}

export function registerMainJob({ program, serve }: Registrar): void {
  const adminToken = (): Option =>
    new Option(
      '--admin-token <token>',
      'token of an admin who approves the rollout (GRAFT_ADMIN_TOKEN); without it the rollout waits',
    );

  withConnection(program.command('demo'))
    .description(
      'run the main job on the built-in catalogue and print what it found; goes on where an earlier start stopped',
    )
    .addOption(adminToken())
    .action(
      serve((session, options: { adminToken?: string }) => runAndReport(session, { ...options, data: 'demo' }, true)),
    );

  withConnection(benchGroup(program).command('main-job'))
    .description(
      `accuracy, latency and cost, native against swapped; exit ${exitCodes.inconclusive} when the data is not there`,
    )
    .addOption(
      new Option('--data <name>', 'what to run on').choices(Object.keys(jobSources)).default('fashion-product-images'),
    )
    .addOption(adminToken())
    .action(serve((session, options: JobOptions) => runAndReport(session, options, false)));
}
