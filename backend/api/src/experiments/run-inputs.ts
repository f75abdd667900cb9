import { BundleManifest, SnapshotManifest } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/index.js';
import { DatasetsService } from '../datasets/index.js';
import { invalidField } from '../kernel/index.js';
import { ModelsService } from '../models/index.js';
import { SpacesService } from '../spaces/index.js';
import type { PlannedInput, PlannedStep } from './experiment-plan.js';
import { outputOf } from './experiment-spec.js';
import type { Run, RunInput } from './run.entity.js';
import { RunRecordsRepository } from './run-records.repository.js';
import { RunsRepository } from './runs.repository.js';

/** An input of a run when it starts: the tree to mount, and what is known of it for lineage. */
export interface ResolvedInput extends RunInput {
  tree: string;
  datasetVersionId: string | null;
  modelVersionId: string | null;
  snapshotId: string | null;
}

/** Why an input could not be found when its run started. */
export class InputUnavailable extends Error {}

/** From references to trees: what exists is pinned when the experiment is created, what other steps make when the run starts. */
@Injectable()
export class RunInputs {
  constructor(
    private readonly artifacts: ArtifactsService,
    private readonly datasets: DatasetsService,
    private readonly models: ModelsService,
    private readonly spaces: SpacesService,
    private readonly runs: RunsRepository,
    private readonly records: RunRecordsRepository,
  ) {}

  /** @throws DomainError `validation-failed` naming the field whose reference names nothing */
  async pin({ index, inputs }: PlannedStep, runIdOf: ReadonlyMap<string, string>): Promise<RunInput[]> {
    return await Promise.all(
      inputs.map(async (input) => ({
        field: input.field,
        path: input.path,
        mount: input.mount,
        accepts: input.accepts,
        source: await this.sourceOf(input, `steps[${index}].${input.field}`, runIdOf),
      })),
    );
  }

  /** @throws InputUnavailable */
  async resolve(run: Run): Promise<ResolvedInput[]> {
    const resolved: ResolvedInput[] = [];
    for (const input of run.inputs) {
      const found =
        input.source.kind === 'latest-snapshot'
          ? await this.latestSnapshot(input, resolved)
          : await this.resolveOne(input);
      if (found !== null) resolved.push(found);
    }
    return resolved;
  }

  private async sourceOf(
    { target, reference }: PlannedInput,
    field: string,
    runIdOf: ReadonlyMap<string, string>,
  ): Promise<RunInput['source']> {
    switch (target.kind) {
      case 'step':
        return { kind: 'run', runId: runIdOf.get(target.step) ?? '' };
      case 'dataset': {
        const version = await this.datasets.findVersionByName(target.name, target.version ?? undefined);
        if (version === null) throw invalidField(field, 'a dataset (and version) that exists', reference);
        return { kind: 'dataset', tree: version.treeHash, datasetVersionId: version.id };
      }
      case 'model': {
        const version = await this.models.resolve(target.name, target.version);
        if (version === null) throw invalidField(field, 'a model version or alias that exists', reference);
        return { kind: 'model', tree: version.treeHash, modelVersionId: version.id };
      }
      case 'space': {
        const space = await this.spaces.findSpace(target.id);
        if (space === null) throw invalidField(field, 'a space that exists', reference);
        return { kind: 'encoder', tree: space.encoderTree };
      }
      case 'snapshot': {
        if (target.id === 'latest') return { kind: 'latest-snapshot' };
        const snapshot = /^[0-9a-f-]{36}$/.test(target.id) ? await this.spaces.findSnapshot(target.id) : null;
        if (snapshot === null) throw invalidField(field, 'a snapshot that exists', reference);
        return { kind: 'snapshot', tree: snapshot.treeHash, snapshotId: snapshot.id, spaceId: snapshot.spaceId };
      }
    }
  }

  private async resolveOne(input: RunInput): Promise<ResolvedInput> {
    const { source } = input;
    const blank = { datasetVersionId: null, modelVersionId: null, snapshotId: null };
    switch (source.kind) {
      case 'dataset':
        return { ...input, ...blank, tree: source.tree, datasetVersionId: source.datasetVersionId };
      case 'model':
        return { ...input, ...blank, tree: source.tree, modelVersionId: source.modelVersionId };
      case 'encoder':
        return { ...input, ...blank, tree: source.tree };
      case 'snapshot':
        return { ...input, ...blank, tree: source.tree, snapshotId: source.snapshotId };
      case 'run': {
        const before = await this.runs.find(source.runId);
        const wanted = before === null ? undefined : outputOf(before);
        const artifact = (await this.records.artifactsOf(source.runId)).find(({ kind }) => kind === wanted);
        if (artifact === undefined)
          throw new InputUnavailable(`${input.field}: the run ${source.runId} left no ${wanted ?? 'artifact'}`);
        const registered = await this.registeredBy(source.runId);
        return { ...input, ...blank, ...registered, tree: artifact.treeHash };
      }
      case 'latest-snapshot':
        throw new Error('the latest snapshot depends on the other inputs');
    }
  }

  private async registeredBy(runId: string): Promise<{ modelVersionId: string | null; snapshotId: string | null }> {
    const [version, snapshot] = await Promise.all([
      this.models.findVersionOfRun(runId),
      this.spaces.findSnapshotOfRun(runId),
    ]);
    return { modelVersionId: version?.id ?? null, snapshotId: snapshot?.id ?? null };
  }

  /** `snapshot:latest` is the live snapshot of the encoder's space (of the only space where there is no encoder) for the run's dataset. */
  private async latestSnapshot(input: RunInput, others: readonly ResolvedInput[]): Promise<ResolvedInput | null> {
    const dataset = others.find(({ accepts }) => accepts === 'dataset');
    const versionId = dataset?.datasetVersionId ?? null;
    const version = versionId === null ? null : await this.datasets.findVersion(versionId);
    if (version === null) throw new InputUnavailable(`${input.field}: the dataset of the run is not known`);
    const encoder = others.find(({ mount }) => mount === 'encoder');
    const snapshot =
      encoder === undefined
        ? await this.spaces.findNewest(version.datasetId)
        : await this.spaces.findLive(await this.spaceOf(encoder.tree), version.datasetId);
    if (snapshot !== null) {
      return {
        ...input,
        tree: snapshot.treeHash,
        datasetVersionId: null,
        modelVersionId: null,
        snapshotId: snapshot.id,
      };
    }
    // The first embedding of a space has nothing to start from; a swap without vectors cannot be.
    if (encoder !== undefined) return null;
    throw new InputUnavailable(`${input.field}: there is no snapshot of this dataset yet; run an embed step first`);
  }

  private async spaceOf(bundleTree: string): Promise<string> {
    const manifest = BundleManifest.parse(
      JSON.parse((await this.artifacts.readFile(bundleTree, 'bundle.json')).toString('utf8')),
    );
    const space = manifest.components['vision_encoder']?.space;
    if (space === undefined)
      throw new InputUnavailable('encoder: the bundle has no vision_encoder that writes a space');
    return space.id;
  }

  async snapshotManifest(tree: string): Promise<SnapshotManifest> {
    return SnapshotManifest.parse(JSON.parse((await this.artifacts.readFile(tree, 'snapshot.json')).toString('utf8')));
  }
}
