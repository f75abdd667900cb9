import type { Dataset, Endpoint, Experiment, Rollout } from '../api/schemas.js';

type StepState = 'done' | 'now' | 'later';
export type PathStep = { title: string; detail: string; action: string; to: string; state: StepState };
export type Workspace = {
  datasets: readonly Dataset[];
  experiments: readonly Experiment[];
  endpoints: readonly Endpoint[];
  rollouts: readonly Rollout[];
};

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** The main job as four steps: what is done, what comes next, and where to do it. */
export function mainJobPath({ datasets, experiments, endpoints, rollouts }: Workspace): PathStep[] {
  const filled = datasets.filter((dataset) => dataset.latestVersion !== null);
  const evaluated = experiments.filter((experiment) =>
    experiment.runs.some((run) => run.recipe === 'evaluate' && run.state === 'succeeded'),
  );
  const running = experiments.filter((experiment) => experiment.state === 'running');
  const live = endpoints.filter((endpoint) => endpoint.state === 'live');
  const promoted = rollouts.filter((rollout) => rollout.state === 'live');
  const waiting = rollouts.filter((rollout) => rollout.state === 'requested');
  const steps: (Omit<PathStep, 'state'> & { done: boolean })[] = [
    {
      title: 'Import a dataset',
      done: filled.length > 0,
      detail:
        filled.length > 0
          ? `${count(filled.length, 'dataset')}, ${new Intl.NumberFormat('en').format(filled.reduce((sum, dataset) => sum + (dataset.latestVersion?.itemCount ?? 0), 0))} items`
          : 'A folder of pictures with a manifest.',
      action: filled.length > 0 ? 'See the pictures' : 'Import pictures',
      to: filled.length > 0 ? '/datasets' : '/datasets/create',
    },
    {
      title: 'Swap and evaluate',
      done: evaluated.length > 0,
      detail:
        running.length > 0
          ? `${count(running.length, 'experiment')} running`
          : evaluated.length > 0
            ? `${count(evaluated.length, 'evaluation')} done`
            : 'Train, embed once, swap the encoder, compare.',
      action: experiments.length > 0 ? 'See the experiments' : 'Launch an experiment',
      to: experiments.length > 0 ? '/experiments' : '/experiments/create',
    },
    {
      title: 'Serve both',
      done: live.length > 0,
      detail:
        live.length > 0
          ? `${count(live.length, 'endpoint')} with ${new Intl.NumberFormat('en').format(live.flatMap((endpoint) => endpoint.variants).reduce((sum, variant) => sum + variant.traffic.requests, 0))} requests`
          : 'Two versions behind one address, an A/B between them.',
      action: live.length > 0 ? 'See the traffic' : 'Create an endpoint',
      to: live.length > 0 ? '/endpoints' : '/endpoints/create',
    },
    {
      title: 'Promote the winner',
      done: promoted.length > 0 && waiting.length === 0,
      detail:
        waiting.length > 0
          ? `${count(waiting.length, 'request')} waiting for a decision`
          : promoted.length > 0
            ? `${promoted[0]?.modelName} v${promoted[0]?.candidate.version} is champion`
            : 'Evidence, an approval by somebody else, a way back.',
      action: waiting.length > 0 ? 'Review it' : rollouts.length > 0 ? 'See the rollouts' : 'Choose a version',
      to: rollouts.length > 0 ? '/rollouts' : '/models',
    },
  ];
  const next = steps.findIndex((step) => !step.done);
  return steps.map(({ done, ...step }, index) => ({
    ...step,
    state: done ? 'done' : index === next ? 'now' : 'later',
  }));
}
