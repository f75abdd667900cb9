import type { HnswParameters } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { DatasetsService } from '../datasets/index.js';
import { VectorMissesService, type MissedVectors } from '../spaces/index.js';
import { ExperimentSpec } from './experiment-spec.js';
import { ExperimentsService } from './experiments.service.js';

const RETRY_FAILED_AFTER_MS = 600_000;

/** Another worker started the back-fill a moment ago. */
class AlreadyStarted extends Error {}

/** Starts an incremental `embed` where models were asked for items that joined their dataset after the live snapshot was made. */
@Injectable()
export class SnapshotBackfills {
  constructor(
    private readonly misses: VectorMissesService,
    private readonly datasets: DatasetsService,
    private readonly experiments: ExperimentsService,
  ) {}

  /** At most one at a time for a space and dataset, and one for a dataset version, unless that failed. */
  async startDue(): Promise<void> {
    for (const missed of await this.misses.uncared()) {
      if (await this.isDue(missed)) await this.start(missed);
    }
  }

  private async isDue({ misses, newest }: MissedVectors): Promise<boolean> {
    if (misses.backfillExperimentId === null) return true;
    const { state, experiment } = await this.experiments.get(misses.backfillExperimentId);
    if (state === 'running') return false;
    if (misses.backfillVersionId !== newest.id) return true;
    return state === 'failed' && Date.now() - experiment.createdAt.getTime() > RETRY_FAILED_AFTER_MS;
  }

  private async start({ misses, live, newest }: MissedVectors): Promise<void> {
    const { name } = await this.datasets.get(misses.datasetId);
    const dataset = `dataset:${name}@${newest.version}`;
    const { dtype } = live;
    const index = live.index === null ? null : indexParameters(live.index);
    const spec = ExperimentSpec.parse({
      name: `back-fill ${name}@${newest.version}`,
      description: `Models were asked for items of ${name} that snapshot ${live.id} lacks.`,
      steps: [
        {
          name: 'vectors',
          recipe: 'embed',
          parameters: { dataset, encoder: `space:${misses.spaceId}`, previous: 'snapshot:latest', dtype, index },
        },
      ],
    });
    try {
      await this.experiments.launch(spec, null, async (experimentId, tx) => {
        const isOurs = await this.misses.claimBackfill(misses, { experimentId, versionId: newest.id }, tx);
        if (!isOurs) throw new AlreadyStarted();
      });
    } catch (error) {
      if (!(error instanceof AlreadyStarted)) throw error;
    }
  }
}

function indexParameters({ kind, connectivity, expansionAdd, expansionSearch }: HnswParameters): HnswParameters {
  return { kind, connectivity, expansionAdd, expansionSearch };
}
