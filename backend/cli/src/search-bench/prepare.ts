import { answer, type Schemas } from '../api.js';
import { datasetNamed } from '../commands/datasets.js';
import { untilAnswering, type SearchIndex } from '../commands/search-indexes.js';
import { planImport } from '../import/plan.js';
import { experimentOnce, runOf } from '../main-job/experiment-step.js';
import { importPlan, type DatasetVersion } from '../main-job/import-step.js';
import type { Session } from '../session.js';
import type { SearchSource } from './sources.js';

export interface Prepared {
  readonly version: DatasetVersion;
  readonly index: SearchIndex;
  /** Two snapshots of one space that answer alike but not the same: one stored as f16, the other as int8. */
  readonly snapshots: readonly [string, string];
}

const INDEX = 'search-bench';

/** Imports, trains an encoder for a short while, embeds twice, and makes the first snapshot searchable. */
export async function prepare(session: Session, source: SearchSource): Promise<Prepared> {
  const { output } = session;
  const { dataset } = source;
  output.note(`\n1  import of ${dataset.name}`);
  const owner = await datasetNamed(session, dataset.name, { description: dataset.description, tier: 'internal' });
  const version = await importPlan(session, owner.id, await planImport(await dataset.prepare(() => undefined)));

  output.note('\n2  an encoder, trained briefly, and its vectors stored as f16 and as int8, each with an index');
  const experiment = await experimentOnce(session, specOf(source));
  const snapshots = [
    await snapshotOf(session, runOf(experiment, 'halves').id),
    await snapshotOf(session, runOf(experiment, 'bytes').id),
  ] as const;

  output.note('\n3  the search index');
  const { id } = await answer(
    session.api.POST('/api/search-indexes', {
      body: { name: INDEX, snapshotId: snapshots[0], encoderVersionId: null, followLive: false },
    }),
  );
  return { version, index: await untilAnswering(session, id), snapshots };
}

function specOf({
  name,
  dataset,
  architecture,
  attributes,
  dim,
  epochs,
  batchSize,
}: SearchSource): Schemas['ExperimentSpec'] {
  const catalogue = `dataset:${dataset.name}`;
  const embed = { dataset: catalogue, encoder: 'step:encoder', index: { kind: 'hnsw' } };
  const spec = {
    name: `search-bench-${name}`,
    seed: 7,
    limits: { memoryMb: 8192, wallMinutes: 60 },
    steps: [
      {
        name: 'encoder',
        recipe: 'finetune',
        parameters: {
          dataset: catalogue,
          architecture,
          objective: { kind: 'contrastive', dim, attributes, coEngagement: false, text: {} },
          training: { epochs, batchSize },
        },
        register: { model: 'search-encoder' },
      },
      { name: 'halves', recipe: 'embed', parameters: { ...embed, dtype: 'f16' } },
      { name: 'bytes', recipe: 'embed', parameters: { ...embed, dtype: 'int8', previous: 'step:halves' } },
    ],
  };
  // The server fills in what is left out here; its types are those of a filled-in experiment.
  return spec as unknown as Schemas['ExperimentSpec'];
}

async function snapshotOf(session: Session, runId: string): Promise<string> {
  const { items } = await answer(session.api.GET('/api/snapshots', { params: { query: { perPage: 200 } } }));
  const found = items.find((snapshot) => snapshot.runId === runId);
  if (!found) throw new Error(`run ${runId}: expected a registered snapshot, found none`);
  return found.id;
}
