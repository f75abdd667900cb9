import type { TrainingParameters } from '@graft/protocol';

/** How many steps of which size a training takes. `epochs` counts pictures seen, whatever the objective does with them: equal epochs are equal budgets. */
export interface Schedule {
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly warmupSteps: number;
}

/** A batch is never larger than the split, and always even: contrastive batches are made of pairs. */
export function schedule(training: TrainingParameters, itemCount: number): Schedule {
  const wanted = Math.min(training.batchSize, itemCount);
  const batchSize = wanted - (wanted % 2);
  const totalSteps = Math.max(1, Math.round((training.epochs * itemCount) / batchSize));
  return {
    batchSize,
    totalSteps,
    stepsPerEpoch: Math.max(1, Math.round(itemCount / batchSize)),
    warmupSteps: Math.round(training.warmup * totalSteps),
  };
}
