import { BundleManifest, EvaluationReport, type Failure } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ArtifactsService } from '../artifacts/index.js';
import { DatasetsService } from '../datasets/index.js';
import { ModelsService } from '../models/index.js';
import { Config } from '../platform/config/env.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { Outbox } from '../platform/outbox/index.js';
import type { CollectedArtifact, SandboxOutcome } from '../sandboxes/index.js';
import { SpacesService } from '../spaces/index.js';
import { recipeOutputs } from './experiment-spec.js';
import { RunEnded } from './experiments.events.js';
import type { Run } from './run.entity.js';
import { RunInputs, type ResolvedInput } from './run-inputs.js';
import { RunRecordsRepository } from './run-records.repository.js';
import { RunsRepository, type Holder, type RunEnd } from './runs.repository.js';

/** Writes what a run made into its own feature, in the transaction that ends the run. */
type Registration = (tx: Tx) => Promise<void>;

/**
 * The end of a run is one transaction: its state, its artifacts, what they are registered as, and the steps that waited for it. Either
 * all of it is true or none; repeated after a crash it finds the run ended and changes nothing.
 */
@Injectable()
export class RunCompletion {
  constructor(
    private readonly transactions: Transactions,
    private readonly runs: RunsRepository,
    private readonly records: RunRecordsRepository,
    private readonly inputs: RunInputs,
    private readonly artifacts: ArtifactsService,
    private readonly datasets: DatasetsService,
    private readonly models: ModelsService,
    private readonly spaces: SpacesService,
    private readonly outbox: Outbox,
    private readonly live: Live,
    private readonly config: Config,
  ) {}

  /** @returns ids of runs that are queued now */
  async succeed(run: Run, holder: Holder, inputs: readonly ResolvedInput[], outcome: Extract<SandboxOutcome, { state: 'succeeded' }>): Promise<string[]> {
    let register: Registration;
    try {
      register = await this.registrationOf(run, inputs, outcome.artifacts);
    } catch (error) {
      if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError) && !(error instanceof ArtifactWrong)) throw error;
      const message = `What the run made is not what its recipe promises: ${error.message}`.slice(0, 2000);
      return await this.fail(run, holder, { code: 'artifact-refused', message, retryable: false });
    }
    const now = new Date();
    return await this.finish(run, holder, { state: 'succeeded', failure: null, result: outcome.result }, async (tx) => {
      await this.records.insertArtifacts(
        outcome.artifacts.map(({ name, kind, hash, fileCount, sizeBytes }) => ({ runId: run.id, name, kind, treeHash: hash, fileCount, sizeBytes, createdAt: now })),
        tx,
      );
      for (const { hash } of outcome.artifacts) await this.artifacts.reference(tx, hash, { type: 'runs', id: run.id });
      await register(tx);
    });
  }

  async fail(run: Run, holder: Holder, failure: Failure): Promise<string[]> {
    const state = failure.code === 'cancelled' ? 'cancelled' : 'failed';
    return await this.finish(run, holder, { state, failure, result: null }, () => Promise.resolve());
  }

  /** Lets go of what waited for a step: queues what is ready, cancels what can never start. */
  async release(experimentId: string, tx: Tx): Promise<string[]> {
    const queued = await this.runs.queueReady(experimentId, tx);
    const skipped = await this.runs.skipBlocked(experimentId, tx);
    for (const id of [...queued, ...skipped]) await this.live.changed(tx, { resource: 'runs', id, type: 'updated' });
    for (const runId of skipped) await this.outbox.publish(tx, RunEnded, { runId, state: 'cancelled' });
    await this.live.changed(tx, { resource: 'experiments', id: experimentId, type: 'updated' });
    return queued;
  }

  private async finish(run: Run, holder: Holder, end: RunEnd, register: Registration): Promise<string[]> {
    return await this.transactions.run(async (tx) => {
      await this.runs.lockExperiment(run.experimentId, tx);
      if (!(await this.runs.end(holder, end, tx))) return [];
      await register(tx);
      await this.outbox.publish(tx, RunEnded, { runId: run.id, state: end.state });
      await this.live.changed(tx, { resource: 'runs', id: run.id, type: 'updated' });
      return await this.release(run.experimentId, tx);
    });
  }

  /** Reads the artifacts before the transaction opens: what they hold was written by a sandbox and may be anything. */
  private async registrationOf(run: Run, inputs: readonly ResolvedInput[], artifacts: readonly CollectedArtifact[]): Promise<Registration> {
    const wanted = recipeOutputs[run.recipe];
    const main = artifacts.find(({ kind }) => kind === wanted);
    if (main === undefined) throw new ArtifactWrong(`it announced no ${wanted}`);
    switch (wanted) {
      case 'bundle':
        return await this.bundleRegistration(run, inputs, main);
      case 'snapshot':
        return await this.snapshotRegistration(run, inputs, main);
      case 'report':
        EvaluationReport.parse(await this.json(main, 'report.json'));
        return () => Promise.resolve();
    }
  }

  private async bundleRegistration(run: Run, inputs: readonly ResolvedInput[], bundle: CollectedArtifact): Promise<Registration> {
    const manifest = BundleManifest.parse(await this.json(bundle, 'bundle.json'));
    const modelName = run.registerModel;
    if (modelName === null) return () => Promise.resolve();
    const metrics = await this.records.lastMetrics(run.id);
    const input = (mount: string): ResolvedInput | undefined => inputs.find((candidate) => candidate.mount === mount);
    const snapshot = input('snapshot');
    const lineage = {
      runId: run.id,
      experimentId: run.experimentId,
      recipe: run.recipe,
      datasetVersionId: input('dataset')?.datasetVersionId ?? null,
      spaceId: snapshot === undefined ? null : (await this.inputs.snapshotManifest(snapshot.tree)).space.id,
      snapshotId: snapshot?.snapshotId ?? null,
      baseVersionId: input('base')?.modelVersionId ?? null,
      baseTree: input('base')?.tree ?? null,
      codeRevision: this.config.codeRevision,
      seed: run.seed,
    };
    return async (tx) => {
      await this.models.register({ modelName, runId: run.id, treeHash: bundle.hash, lineage, manifest, metrics }, tx);
    };
  }

  private async snapshotRegistration(run: Run, inputs: readonly ResolvedInput[], tree: CollectedArtifact): Promise<Registration> {
    const { space, itemCount, encodedCount, reusedCount } = await this.inputs.snapshotManifest(tree.hash);
    const datasetVersionId = inputs.find(({ mount }) => mount === 'dataset')?.datasetVersionId ?? null;
    const encoderTree = inputs.find(({ mount }) => mount === 'encoder')?.tree;
    const version = datasetVersionId === null ? null : await this.datasets.findVersion(datasetVersionId);
    if (version === null || encoderTree === undefined) throw new ArtifactWrong('its dataset or encoder is not known');
    const counts = { itemCount, encodedCount, reusedCount };
    return async (tx) => {
      await this.spaces.register({ space, encoderTree, runId: run.id, datasetId: version.datasetId, datasetVersionId: version.id, treeHash: tree.hash, ...counts }, tx);
    };
  }

  private async json({ hash }: CollectedArtifact, file: string): Promise<unknown> {
    return JSON.parse((await this.artifacts.readFile(hash, file)).toString('utf8'));
  }
}

class ArtifactWrong extends Error {}
