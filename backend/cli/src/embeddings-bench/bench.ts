import type { Schemas } from '../api.js';
import { datasetNamed } from '../commands/datasets.js';
import { readExperiment } from '../experiment/experiment-file.js';
import { durationMs } from '../experiment/follow.js';
import { planImport } from '../import/plan.js';
import { experimentOnce, reportOf, runOf } from '../main-job/experiment-step.js';
import { exact, type Figure } from '../main-job/figures.js';
import { importPlan, versionsOf } from '../main-job/import-step.js';
import { machine } from '../main-job/report.js';
import { assertDataPresent } from '../main-job/sources.js';
import type { Session } from '../session.js';
import { table } from '../terminal/table.js';
import { publishedZeroShot, retrievalFigures, type Retrieval } from './figures.js';
import type { EmbeddingsSource } from './sources.js';

export interface EmbeddingsBenchReport {
  bench: 'embeddings';
  figures: Figure[];
  environment: Record<string, string>;
}

type Spec = Schemas['ExperimentSpec'];

/** Trains a dual encoder, embeds the whole catalogue and asks for the held-out products. `epochs` shortens the training for a try. */
export async function runEmbeddingsBench(
  session: Session,
  source: EmbeddingsSource,
  epochs: number | null,
): Promise<EmbeddingsBenchReport> {
  const { output } = session;
  await assertDataPresent(source, 'embeddings');
  output.note(`\n1  import of ${source.dataset.name}`);
  await importDataset(session, source);

  output.note('\n2  a dual encoder, the vectors of all pictures, and what it finds');
  const spec = (await readExperiment(source.experiment)).spec as Spec;
  const experiment = await experimentOnce(session, epochs === null ? spec : withEpochs(spec, epochs));
  const report = await reportOf(session, experiment);
  if (!report.retrieval)
    throw new Error(
      `experiment ${spec.name}: expected a report with "retrieval", found none; ask for it in step compare`,
    );
  const trainingMs = durationMs(runOf(experiment, 'encoder'));
  return {
    bench: 'embeddings',
    figures: [...retrievalFigures(report.retrieval), exact('training_seconds', 's', trainingMs / 1000, 1)],
    environment: {
      ...machine(),
      ...report.environment,
      data: source.name,
      ...describeTask(report.split, report.retrieval),
      ...(epochs === null ? {} : { epochs: `${epochs}: shortened by --epochs, no figure to publish` }),
    },
  };
}

async function importDataset(session: Session, { dataset }: EmbeddingsSource): Promise<void> {
  const owner = await datasetNamed(session, dataset.name, { description: dataset.description, tier: 'internal' });
  if ((await versionsOf(session, owner.id)).length > 0) return;
  await importPlan(session, owner.id, await planImport(await dataset.prepare(() => undefined)));
}

function withEpochs(spec: Spec, epochs: number): Spec {
  const steps = spec.steps.map((step) =>
    step.recipe === 'finetune'
      ? { ...step, parameters: { ...step.parameters, training: { ...step.parameters.training, epochs } } }
      : step,
  );
  return { ...spec, name: `${spec.name}-${epochs}-epochs`, steps };
}

/** What exactly was asked and counted, and how it differs from the published table. */
const describeTask = (split: string, { galleryCount, judgedCount, dim }: Retrieval): Record<string, string> => ({
  task: `${judgedCount} products of split ${split}, which training never saw, in a gallery of ${galleryCount} pictures; cosine of ${dim} numbers; ties count against us`,
  text_to_image:
    'query: the title of a judged product; right: the picture of any product with that title, case ignored; interval over titles',
  value_p10:
    'query: the value as a text; the first 10 among the judged products; mean over values that at least 10 of them have (_all_values: every value; _gallery: among all pictures, training ones included)',
  image_to_image:
    'query: a judged picture; gallery without the product itself and without copies of its bytes; right: same articleType and baseColour; pixels and histogram at 32 x 32',
  published:
    'zero-shot models at full picture size, which trained on none of these products; ours trains on 35,409 other products of the catalogue, at 48 x 64; judged products and gallery are not the same either',
});

export function embeddingsBenchLines({ figures, environment }: EmbeddingsBenchReport): string[] {
  const right = (title: string) => ({ title, align: 'right' as const });
  const digits = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(3));
  return [
    '',
    ...table(
      [{ title: 'figure' }, right('value'), right('low'), right('high'), right('n'), right('published zero-shot')],
      figures.map(({ name, value, low, high, n }) => {
        const peer = publishedZeroShot[name];
        return [name, digits(value), digits(low), digits(high), String(n), peer === undefined ? '' : peer.toFixed(3)];
      }),
    ),
    '',
    ...Object.entries(environment).map(([name, value]) => `${name}: ${value}`),
  ];
}
