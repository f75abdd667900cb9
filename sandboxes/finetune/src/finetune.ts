import { UnmatchedPattern } from '@graft/engine';
import { Dataset, InputInvalid } from '@graft/runner';
import { trainClassifier } from './classify.js';
import { trainDomainEncoder } from './contrastive.js';
import { exportBundle } from './export-bundle.js';
import { type FinetuneContext, prepare } from './setup.js';

/** Trains a vision encoder, with a head (`classify`) or as a domain encoder (`contrastive`), and writes the bundle. */
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
  const trained =
    objective.kind === 'classify'
      ? await trainClassifier(setup, objective.targets)
      : await trainDomainEncoder(setup, objective);
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
