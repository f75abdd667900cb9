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

/** What it takes to serve a version: its bundle, and from its lineage the vectors or the pictures it looks items up in. */
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
    const inputs: SandboxInput[] = [{ mount: 'bundle', tree: version.treeHash }];
    const snapshot = lineage.snapshotId === null ? null : await this.spaces.findSnapshot(lineage.snapshotId);
    if (snapshot !== null) inputs.push({ mount: 'snapshot', tree: snapshot.treeHash });
    // A native version looks pictures up by item id in the catalogue it was trained on.
    const dataset =
      snapshot !== null || lineage.datasetVersionId === null
        ? null
        : await this.datasets.findVersion(lineage.datasetVersionId);
    if (dataset !== null) inputs.push({ mount: 'dataset', tree: dataset.treeHash });
    return {
      purpose: 'serve',
      subjectId: version.id,
      attempt: 1,
      work: {
        kind: 'serve',
        input: {
          bundle: 'bundle',
          snapshot: snapshot === null ? null : 'snapshot',
          dataset: dataset === null ? null : 'dataset',
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
}
