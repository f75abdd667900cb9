import { join } from 'node:path';
import { all, answer, PER_PAGE, type Schemas } from '../api.js';
import { environment } from '../environment.js';
import { percent } from '../terminal/table.js';
import { experimentOnce, runOf, versionMadeBy, type Experiment } from './experiment-step.js';
import { importPlan, planOf, versionsOf, type DatasetVersion } from './import-step.js';
import type { Job } from './job.js';
import { reshoot } from './reshoot.js';

const TOUCHED_SHARE = 0.01;

/** What the second embedding of a data set cost: `encoded` vectors were computed, `reused` were taken over. */
export interface Refresh {
  encoded: number;
  reused: number;
  share: number;
}

async function secondVersion(job: Job, first: DatasetVersion): Promise<DatasetVersion> {
  const known = (await versionsOf(job.session, first.datasetId)).find(({ version }) => version === first.version + 1);
  if (known) return known;
  const { plan, touched } = await reshoot(
    await planOf(job, job.source.own),
    TOUCHED_SHARE,
    join(environment.home, 'demo', `reshot-${job.source.own.name}`),
  );
  job.session.output.note(`   ${touched} products have new photos`);
  return importPlan(job.session, first.datasetId, plan);
}

export async function refreshOnce(job: Job, first: DatasetVersion, experiment: Experiment): Promise<Refresh> {
  const { session } = job;
  const second = await secondVersion(job, first);
  const encoder = await versionMadeBy(session, experiment, 'domain');
  const snapshot = await snapshotOf(job, runOf(experiment, 'vectors').id);
  const again = await experimentOnce(session, {
    name: `${experiment.name}-refresh`,
    limits: experiment.spec.limits,
    seed: experiment.spec.seed,
    steps: [
      {
        name: 'vectors',
        recipe: 'embed',
        parameters: {
          dataset: `dataset:${second.datasetName}@${second.version}`,
          encoder: `model:${job.source.encoder}@${encoder.version}`,
          previous: `snapshot:${snapshot.id}`,
          batchSize: 64,
        },
      },
    ],
  });
  const { encodedCount, reusedCount, itemCount } = await snapshotOf(job, runOf(again, 'vectors').id);
  const refresh = { encoded: encodedCount, reused: reusedCount, share: encodedCount / itemCount };
  session.output.note(
    `   ${encodedCount} of ${itemCount} vectors encoded again (${percent(refresh.share)}), ${reusedCount} reused`,
  );
  return refresh;
}

async function snapshotOf(job: Job, runId: string): Promise<Schemas['Snapshot']> {
  const found = await all((page) =>
    answer(job.session.api.GET('/api/snapshots', { params: { query: { page, perPage: PER_PAGE } } })),
  );
  const snapshot = found.find((each) => each.runId === runId);
  if (!snapshot) throw new Error(`run ${runId}: expected a registered snapshot, found none`);
  return snapshot;
}
