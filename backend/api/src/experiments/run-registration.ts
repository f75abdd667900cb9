import { BundleManifest, EvaluationReport, PreflightReport, SpaceReport } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/index.js';
import { DatasetsService } from '../datasets/index.js';
import { ModelsService } from '../models/index.js';
import { Config } from '../platform/config/env.js';
import type { Tx } from '../platform/database/index.js';
import type { CollectedArtifact } from '../sandboxes/index.js';
import { SpacesService } from '../spaces/index.js';
import { outputOf, recipeParameters } from './experiment-spec.js';
import type { Run } from './run.entity.js';
import { RunInputs, type ResolvedInput } from './run-inputs.js';
import { RunRecordsRepository } from './run-records.repository.js';

/** Writes what a run made into the feature it belongs to, in the transaction that ends the run. */
export type Registration = (tx: Tx) => Promise<void>;

/** What a run made is not what its recipe promises. */
export class ArtifactWrong extends Error {}

/** Knows which feature wants what of a run: bundles become model versions, snapshots go to their space. */
@Injectable()
export class RunRegistration {
  constructor(
    private readonly records: RunRecordsRepository,
    private readonly inputs: RunInputs,
    private readonly artifacts: ArtifactsService,
    private readonly datasets: DatasetsService,
    private readonly models: ModelsService,
    private readonly spaces: SpacesService,
    private readonly config: Config,
  ) {}

  /** Reads the artifacts before the transaction opens: what they hold was written by a sandbox and may be anything. */
  async of(run: Run, inputs: readonly ResolvedInput[], artifacts: readonly CollectedArtifact[]): Promise<Registration> {
    const wanted = outputOf(run);
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
      case 'space-report':
        SpaceReport.parse(await this.json(main, 'space.json'));
        return () => Promise.resolve();
      case 'preflight':
        PreflightReport.parse(await this.json(main, 'preflight.json'));
        return () => Promise.resolve();
    }
  }

  private async bundleRegistration(
    run: Run,
    inputs: readonly ResolvedInput[],
    bundle: CollectedArtifact,
  ): Promise<Registration> {
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

  private async snapshotRegistration(
    run: Run,
    inputs: readonly ResolvedInput[],
    tree: CollectedArtifact,
  ): Promise<Registration> {
    const manifest = await this.inputs.snapshotManifest(tree.hash);
    const datasetVersionId = inputs.find(({ mount }) => mount === 'dataset')?.datasetVersionId ?? null;
    const encoderTree = inputs.find(({ mount }) => mount === 'encoder')?.tree;
    const version = datasetVersionId === null ? null : await this.datasets.findVersion(datasetVersionId);
    if (version === null || encoderTree === undefined) throw new ArtifactWrong('its dataset or encoder is not known');
    const { publish } = recipeParameters.embed.parse(run.parameters);
    const { datasetId, id: versionId } = version;
    return async (tx) => {
      await this.spaces.register(
        { manifest, encoderTree, runId: run.id, datasetId, datasetVersionId: versionId, treeHash: tree.hash, publish },
        tx,
      );
    };
  }

  private async json({ hash }: CollectedArtifact, file: string): Promise<unknown> {
    return JSON.parse((await this.artifacts.readFile(hash, file)).toString('utf8'));
  }
}
