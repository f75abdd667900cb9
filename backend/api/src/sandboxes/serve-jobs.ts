import { Injectable } from '@nestjs/common';
import { DatasetsService } from '../datasets/index.js';
import { ModelsService } from '../models/index.js';
import { SpacesService } from '../spaces/index.js';
import type { SandboxLimits } from './sandbox-driver.js';
import type { SandboxInput, SandboxJob } from './sandbox-job.js';

const FOREVER_MS = 2 ** 31 - 1;
const SERVE_LIMITS: SandboxLimits = {
  memoryBytes: 4 * 1024 ** 3,
  cpus: 2,
  cpuSeconds: Number.MAX_SAFE_INTEGER,
  pids: 128,
  wallMs: FOREVER_MS,
  logBytes: 64 << 20,
  workspaceBytes: 1 << 30,
  tmpBytes: 64 << 20,
};

/** What it takes to serve a version: its bundle, and by its lineage the vectors or the pictures it looks items up in. */
@Injectable()
export class ServeJobs {
  constructor(
    private readonly models: ModelsService,
    private readonly spaces: SpacesService,
    private readonly datasets: DatasetsService,
  ) {}

  async of(modelVersionId: string): Promise<SandboxJob> {
    const version = await this.models.getVersion(modelVersionId);
    const { lineage } = version;
    const trees = {
      bundle: version.treeHash,
      ...(lineage.snapshotId === null
        ? await this.pictures(lineage.datasetVersionId)
        : await this.storedVectors(lineage.snapshotId)),
    };
    const inputs = Object.entries(trees).map(([mount, tree]): SandboxInput => ({ mount, tree }));
    const mount = (name: string): string | null => (name in trees ? name : null);
    return {
      purpose: 'serve',
      subjectId: version.id,
      attempt: 1,
      work: {
        kind: 'serve',
        input: {
          bundle: 'bundle',
          snapshot: mount('snapshot'),
          dataset: mount('dataset'),
          encoder: mount('encoder'),
          modelName: version.modelName,
          modelVersion: String(version.version),
          threads: 1,
        },
      },
      seed: lineage.seed,
      threads: 1,
      inputs,
      workspace: null,
      limits: SERVE_LIMITS,
    };
  }

  /** A native version looks pictures up by item id in the catalogue it was trained on. */
  private async pictures(datasetVersionId: string | null): Promise<{ dataset?: string }> {
    const version = datasetVersionId === null ? null : await this.datasets.findVersion(datasetVersionId);
    return version === null ? {} : { dataset: version.treeHash };
  }

  /**
   * A swapped version reads the vectors that are live for the dataset it was trained on. What joined the dataset since is encoded by the
   * space's own encoder from its newest version.
   */
  private async storedVectors(snapshotId: string): Promise<{ snapshot: string; dataset?: string; encoder?: string }> {
    const { spaceId, datasetVersionId, treeHash } = await this.spaces.getSnapshot(snapshotId);
    const { datasetId } = await this.datasets.getVersion(datasetVersionId);
    const [live, space, newest] = await Promise.all([
      this.spaces.findLive(spaceId, datasetId),
      this.spaces.findSpace(spaceId),
      this.datasets.findNewestVersion(datasetId),
    ]);
    return {
      snapshot: live?.treeHash ?? treeHash,
      ...(newest === null ? {} : { dataset: newest.treeHash }),
      ...(space === null ? {} : { encoder: space.encoderTree }),
    };
  }
}
