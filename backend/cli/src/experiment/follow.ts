import { answer, type Schemas } from '../api.js';
import type { Session } from '../session.js';
import { bar } from '../terminal/output.js';
import { seconds } from '../terminal/table.js';

export type Experiment = Schemas['Experiment'];
export type Run = Schemas['Run'];

const POLL_MS = 1000;

export const durationMs = ({ startedAt, endedAt }: Pick<Run, 'startedAt' | 'endedAt'>): number =>
  startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : 0;

/** What a run says of itself in one line. */
export function describeRun(run: Run): string {
  const name = run.name.padEnd(10);
  switch (run.state) {
    case 'running':
      return `${name}  ${bar(run.progress)}  ${run.phase}`;
    case 'succeeded':
      return `${name}  done in ${seconds(durationMs(run))}`;
    case 'failed':
    case 'cancelled':
      return `${name}  ${run.state}: ${run.failure?.message ?? ''}`;
    case 'waiting':
    case 'queued':
      return `${name}  ${run.state}`;
  }
}

const isOver = (state: Run['state']): boolean => state === 'succeeded' || state === 'failed' || state === 'cancelled';

/**
 * Follows an experiment to its end. In a terminal one live line shows the runs at work and each finished run leaves its own; elsewhere plain
 * lines say the same. Stopping to follow stops nothing: the experiment runs on the server.
 */
export async function followExperiment(session: Session, id: string): Promise<Experiment> {
  const progress = session.output.progress();
  const told = new Set<string>();
  for (;;) {
    const experiment = await answer(session.api.GET('/api/experiments/{id}', { params: { path: { id } } }));
    for (const run of experiment.runs.filter((each) => isOver(each.state) && !told.has(each.id))) {
      told.add(run.id);
      progress.done(describeRun(run));
    }
    if (experiment.state !== 'running') return experiment;
    const atWork = experiment.runs.filter((run) => run.state === 'running');
    const shown = atWork.length > 0 ? atWork : experiment.runs.filter((run) => run.state === 'queued');
    if (shown.length > 0) progress.update(shown.map(describeRun).join(' | '));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
