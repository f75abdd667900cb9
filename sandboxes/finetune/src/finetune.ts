import { UnmatchedPattern } from '@graft/engine';
import { Dataset, InputInvalid, type PreparedTraining, rehearse, runTraining, startWatch } from '@graft/runner';
import { align, type AlignedModels } from './alignment.js';
import { prepareClassifier } from './classify.js';
import { prepareDomainEncoder } from './contrastive.js';
import { prepareDualEncoder } from './dual-encoder.js';
import { exportBundle, type TrainedModels } from './export-bundle.js';
import { type FinetuneContext, prepare, type Setup } from './setup.js';

/**
 * Trains a vision encoder, with a head (`classify`) or as a domain or dual encoder (`contrastive`), and writes the bundle; or,
 * asked for a preflight, shows what that would read and take.
 */
export async function finetune(context: FinetuneContext): Promise<Record<string, unknown>> {
  try {
    return await train(context);
  } catch (error) {
    throw error instanceof UnmatchedPattern ? new InputInvalid(`training: ${error.message}`) : error;
  }
}

async function train(context: FinetuneContext): Promise<Record<string, unknown>> {
  const { dataset: mount, objective, preflight } = context.input;
  const watch = startWatch();
  await using dataset = await Dataset.open(context.inputPath(mount));
  const setup = await prepare(context, dataset);
  const training = await prepareTraining(setup, objective);
  const { trainer } = training.plan;
  if (preflight) {
    const figures = await rehearse(context, training, watch());
    await trainer.release();
    return figures;
  }
  const { steps, imagesPerSecond, final } = await runTraining(context, training.plan);
  const models = training.models();
  await trainer.release();
  const aligned = await alignedTowers(setup, objective, models);
  const { spaceId } = await exportBundle(setup, aligned ?? models);
  context.artifact('bundle', 'bundle');
  return {
    steps,
    trainItems: setup.train.items.length,
    imagesPerSecond: Math.round(imagesPerSecond),
    spaceId,
    ...final,
    ...aligned?.final,
  };
}

/** Null where the objective asks for no alignment. */
async function alignedTowers(
  setup: Setup,
  objective: FinetuneContext['input']['objective'],
  models: TrainedModels,
): Promise<AlignedModels | null> {
  const text = objective.kind === 'contrastive' ? objective.text : null;
  if (objective.kind !== 'contrastive' || !text?.alignment) return null;
  return align(setup, models, { ...objective, text }, text.alignment);
}

function prepareTraining(
  setup: Setup,
  objective: FinetuneContext['input']['objective'],
): Promise<PreparedTraining<TrainedModels>> {
  if (objective.kind === 'classify') return prepareClassifier(setup, objective.targets);
  const { text } = objective;
  return text === null ? prepareDomainEncoder(setup, objective) : prepareDualEncoder(setup, { ...objective, text });
}
