import type { Schemas } from '../api.js';
import { readExperiment } from '../experiment/experiment-file.js';
import type { Session } from '../session.js';
import { seconds } from '../terminal/table.js';
import { analyse, type Analysis } from './analysis-step.js';
import { experimentOnce, reportOf, versionMadeBy, type Experiment } from './experiment-step.js';
import { importOnce } from './import-step.js';
import { Phases } from './phases.js';
import { refreshOnce, type Refresh } from './refresh-step.js';
import { decideRollout, type Decision } from './rollout-step.js';
import { serveOnce, visitEndpoint, type Endpoint } from './serving-step.js';
import { assertDataPresent, type JobSource } from './sources.js';

export interface Job {
  source: JobSource;
  /** The researcher, who asks. */
  session: Session;
  /** An admin, who approves; null leaves the rollout waiting for one. */
  admin: Session | null;
  phases: Phases;
}

export interface JobResult {
  experiment: Experiment;
  report: Schemas['EvaluationReport'];
  refresh: Refresh;
  endpoint: Endpoint;
  analysis: Analysis;
  decision: Decision;
  phases: Phases;
}

/**
 * The main job from pictures to champion, through the API alone. Every step first asks the server whether it was done already, so a job
 * that was killed at any point goes on where it stopped.
 */
export async function runMainJob(job: Job): Promise<JobResult> {
  const { source, session, phases } = job;
  const say = (line: string): void => session.output.note(`\n${line}`);
  await assertDataPresent(source, 'main-job');

  say('1  import: pictures with their manifests become dataset versions; bad rows are refused row by row');
  await importOnce(job, source.generic);
  const first = await importOnce(job, source.own);

  say('2  experiment: stock model, domain encoder, stored vectors, encoder swap, comparison; each step in a sandbox');
  const { spec } = await readExperiment(source.experiment);
  const experiment = await phases.runSteps('experiment', () =>
    experimentOnce(session, spec as Schemas['ExperimentSpec']),
  );
  const report = await reportOf(session, experiment);
  const native = await versionMadeBy(session, experiment, 'tuned');
  const swapped = await versionMadeBy(session, experiment, 'swapped');

  say('3  refresh: new photos of 1 % of the products, and only those are encoded again');
  const refresh = await phases.run('refresh of 1 %', () => refreshOnce(job, first, experiment));

  say('4  serve: the fine-tuned native model and the swapped one behind one address');
  const endpoint = await phases.run('start of both servers', () => serveOnce(job, native.id, swapped.id));
  await phases.run('traffic', () => visitEndpoint(job, endpoint, first));
  const analysis = await phases.run('analysis', () => analyse(job, endpoint));

  say('5  rollout: requested by the researcher, approved by somebody else, and champion moves');
  const decision = await phases.run('rollout', () => decideRollout(job, { version: swapped, endpointId: endpoint.id }));
  say(`done in ${seconds(phases.totalMs())}`);
  return { experiment, report, refresh, endpoint, analysis, decision, phases };
}
