import { all, answer, PER_PAGE, type Schemas } from '../api.js';
import { followExperiment, type Experiment, type Run } from '../experiment/follow.js';
import type { ModelVersion } from '../commands/models.js';
import type { Session } from '../session.js';

export type { Experiment };

/** The latest experiment of that name that still runs or has succeeded; a failed one is no obstacle to trying again. */
async function findExperiment(session: Session, name: string): Promise<Experiment | undefined> {
  const listed = await all((page) =>
    answer(session.api.GET('/api/experiments', { params: { query: { page, perPage: PER_PAGE } } })),
  );
  const usable = listed.filter(
    (each) => each.name === name && (each.state === 'running' || each.state === 'succeeded'),
  );
  const [latest] = usable.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  return latest && answer(session.api.GET('/api/experiments/{id}', { params: { path: { id: latest.id } } }));
}

/** Starts the experiment unless the server has it, and follows it to its end. */
export async function experimentOnce(session: Session, spec: Schemas['ExperimentSpec']): Promise<Experiment> {
  const known = await findExperiment(session, spec.name);
  if (known)
    session.output.note(
      `   ${spec.name}: ${known.state === 'running' ? 'is running already' : 'has succeeded already'} (${known.id})`,
    );
  const { id } = known ?? (await answer(session.api.POST('/api/experiments', { body: spec })));
  const ended = await followExperiment(session, id);
  if (ended.state !== 'succeeded')
    throw new Error(`experiment ${spec.name} ended ${ended.state}; see why with: graft experiment show ${id}`);
  return ended;
}

export function runOf(experiment: Experiment, step: string): Run {
  const run = experiment.runs.find((each) => each.name === step);
  if (!run)
    throw new Error(
      `experiment ${experiment.name}: expected a step named ${step}, found ${experiment.runs.map((each) => each.name).join(', ')}`,
    );
  return run;
}

export const reportOf = (session: Session, experiment: Experiment): Promise<Schemas['EvaluationReport']> =>
  answer(session.api.GET('/api/runs/{id}/report', { params: { path: { id: runOf(experiment, 'compare').id } } }));

/** The model version that a step of the experiment registered. */
export async function versionMadeBy(session: Session, experiment: Experiment, step: string): Promise<ModelVersion> {
  const run = runOf(experiment, step);
  const {
    items: [found],
  } = await answer(session.api.GET('/api/model-versions', { params: { query: { runId: run.id } } }));
  if (!found)
    throw new Error(
      `step ${step} of ${experiment.name}: expected it to have registered a model version, found none; give it \`register: { model: NAME }\``,
    );
  return found;
}
