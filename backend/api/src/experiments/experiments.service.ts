import { Injectable } from '@nestjs/common';
import type { Actor } from '../identity/index.js';
import { DomainError, newId, notFound, type Page } from '../kernel/index.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import type { Experiment } from './experiment.entity.js';
import { planExperiment, type PlannedStep } from './experiment-plan.js';
import type { ExperimentSpec } from './experiment-spec.js';
import { ExperimentsRepository } from './experiments.repository.js';
import { experimentState, runStates, type ExperimentState } from './run.states.js';
import type { Run } from './run.entity.js';
import { RunDoorbell } from './run-doorbell.js';
import { RunInputs } from './run-inputs.js';
import { RunCompletion } from './run-completion.js';
import { RunsRepository } from './runs.repository.js';

export interface ExperimentWithRuns {
  experiment: Experiment;
  runs: Run[];
  state: ExperimentState;
}

@Injectable()
export class ExperimentsService {
  constructor(
    private readonly experiments: ExperimentsRepository,
    private readonly runs: RunsRepository,
    private readonly inputs: RunInputs,
    private readonly completion: RunCompletion,
    private readonly doorbell: RunDoorbell,
    private readonly transactions: Transactions,
    private readonly live: Live,
  ) {}

  /** Checks every reference, pins what exists, and queues the steps that wait for nothing. */
  async create(spec: ExperimentSpec, actor: Actor): Promise<ExperimentWithRuns> {
    return await this.launch(spec, actor.personId, () => Promise.resolve());
  }

  /** As `create`, for what the platform starts by itself. `alongside` belongs to the same transaction; what it throws calls the launch off. */
  async launch(
    spec: ExperimentSpec,
    createdBy: string | null,
    alongside: (experimentId: string, tx: Tx) => Promise<void>,
  ): Promise<ExperimentWithRuns> {
    const planned = planExperiment(spec);
    const runIdOf = new Map(planned.map(({ step }) => [step.name, newId()]));
    const now = new Date();
    const experiment: Experiment = { id: newId(), name: spec.name, spec, createdBy, createdAt: now };
    const runs = await Promise.all(
      planned.map((step, position) => this.runOf(step, { experiment, position, runIdOf })),
    );
    await this.transactions.run(async (tx) => {
      await this.experiments.insert(experiment, runs, tx);
      await alongside(experiment.id, tx);
      await this.live.changed(tx, { resource: 'experiments', id: experiment.id, type: 'created' });
    });
    await this.doorbell.ring(runs.filter(({ state }) => state === 'queued').map(({ id }) => id));
    return { experiment, runs, state: 'running' };
  }

  async list(
    filter: { q?: string | undefined },
    page: Parameters<ExperimentsRepository['list']>[1],
  ): Promise<Page<ExperimentWithRuns>> {
    const { items, total } = await this.experiments.list(filter, page);
    const runs = await this.runs.ofExperiments(items.map(({ id }) => id));
    return {
      items: items.map((experiment) =>
        withState(
          experiment,
          runs.filter(({ experimentId }) => experimentId === experiment.id),
        ),
      ),
      total,
    };
  }

  async get(id: string): Promise<ExperimentWithRuns> {
    const experiment = await this.experiments.find(id);
    if (experiment === null) throw notFound('experiment', id);
    return withState(experiment, await this.runs.ofExperiments([id]));
  }

  async cancel(id: string): Promise<ExperimentWithRuns> {
    const { runs } = await this.get(id);
    await this.cancelRuns(id, runs);
    return await this.get(id);
  }

  async cancelRun(id: string): Promise<Run> {
    const run = await this.runs.find(id);
    if (run === null) throw notFound('run', id);
    if (runStates.isFinal(run.state))
      throw new DomainError('run-ended', `The run has ended already: it ${run.state}. There is nothing to cancel.`);
    await this.cancelRuns(run.experimentId, [run]);
    return (await this.runs.find(id)) ?? run;
  }

  private async cancelRuns(experimentId: string, runs: readonly Run[]): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.runs.lockExperiment(experimentId, tx);
      const changed = await this.runs.requestCancel(
        runs.map(({ id }) => id),
        tx,
      );
      for (const id of changed) await this.live.changed(tx, { resource: 'runs', id, type: 'updated' });
      await this.completion.release(experimentId, tx);
    });
  }

  private async runOf(
    planned: PlannedStep,
    {
      experiment,
      position,
      runIdOf,
    }: { experiment: Experiment; position: number; runIdOf: ReadonlyMap<string, string> },
  ): Promise<Run> {
    const { step, dependsOn } = planned;
    const idOf = (name: string): string => runIdOf.get(name) ?? '';
    const isReady = dependsOn.length === 0;
    return {
      id: idOf(step.name),
      experimentId: experiment.id,
      name: step.name,
      position,
      recipe: step.recipe,
      parameters: step.parameters,
      inputs: await this.inputs.pin(planned, runIdOf),
      dependsOn: dependsOn.map(idOf),
      registerModel: step.register?.model ?? null,
      limits: experiment.spec.limits,
      seed: experiment.spec.seed,
      state: isReady ? 'queued' : 'waiting',
      attempt: 0,
      crashes: 0,
      cancelRequested: false,
      workerId: null,
      host: null,
      threads: null,
      leaseUntil: null,
      isolationLevel: null,
      progress: 0,
      phase: '',
      failure: null,
      result: null,
      cpuSeconds: 0,
      peakMemoryBytes: 0,
      createdAt: experiment.createdAt,
      queuedAt: isReady ? experiment.createdAt : null,
      startedAt: null,
      endedAt: null,
    };
  }
}

function withState(experiment: Experiment, runs: Run[]): ExperimentWithRuns {
  return { experiment, runs, state: experimentState(runs.map(({ state }) => state)) };
}
