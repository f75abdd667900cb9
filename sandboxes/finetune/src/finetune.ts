import { UnmatchedPattern } from '@graft/engine';
import { Dataset, InputInvalid, type TrainingResult } from '@graft/runner';
import { trainClassifier } from './classify.js';
import { trainDomainEncoder } from './contrastive.js';
import { trainDualEncoder } from './dual-encoder.js';
import { exportBundle, type TrainedModels } from './export-bundle.js';
import { type FinetuneContext, prepare, type Setup } from './setup.js';

/** Trains a vision encoder, with a head (`classify`) or as a domain or dual encoder (`contrastive`), and writes the bundle. */
export async function finetune(context: FinetuneContext): Promise<Record<string, unknown>> {
  try {
    return await train(context);
  } catch (error) {
    throw error instanceof UnmatchedPattern ? new InputInvalid(`training: ${error.message}`) : error;
  }
}

async function train(context: FinetuneContext): Promise<Record<string, unknown>> {
  const { dataset: mount, objective } = context.input;
  await using dataset = await Dataset.open(context.inputPath(mount));
  const setup = await prepare(context, dataset);
  const trained = await trainedBy(setup, objective);
  const { spaceId } = await exportBundle(setup, trained);
  context.artifact('bundle', 'bundle');
  return {
    steps: trained.steps,
    trainItems: setup.train.items.length,
    imagesPerSecond: Math.round(trained.imagesPerSecond),
    spaceId,
    ...trained.final,
  };
}

function trainedBy(
  setup: Setup,
  objective: FinetuneContext['input']['objective'],
): Promise<TrainedModels & TrainingResult> {
  if (objective.kind === 'classify') return trainClassifier(setup, objective.targets);
  const { text } = objective;
  return text === null ? trainDomainEncoder(setup, objective) : trainDualEncoder(setup, { ...objective, text });
}
