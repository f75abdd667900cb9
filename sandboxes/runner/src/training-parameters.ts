import type { TrainingParameters } from '@graft/protocol';

/** Above it the gradients of an update are scaled down together. */
const MAX_GRADIENT_NORM = 1;

/** How many updates of which size a training makes, and how its learning rate runs: fields of a training plan and of a learning rate. */
export interface TrainingSchedule {
  readonly batchSize: number;
  readonly accumulation: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly warmupSteps: number;
  readonly kind: TrainingParameters['schedule'];
  readonly peak: number;
  readonly checkpointEvery: number;
  readonly earlyStopping: TrainingParameters['earlyStopping'];
}

/** A batch is never larger than the split, and a multiple of `batchOf` (2 for batches that are made of pairs). */
export function trainingSchedule(
  training: TrainingParameters,
  itemCount: number,
  { batchOf = 1 }: { batchOf?: number } = {},
): TrainingSchedule {
  const wanted = Math.min(training.batchSize, itemCount);
  const batchSize = wanted - (wanted % batchOf);
  const itemsPerStep = batchSize * training.accumulation;
  const totalSteps = Math.max(1, Math.round((training.epochs * itemCount) / itemsPerStep));
  return {
    batchSize,
    accumulation: training.accumulation,
    totalSteps,
    stepsPerEpoch: Math.max(1, Math.round(itemCount / itemsPerStep)),
    warmupSteps: Math.round(training.warmup * totalSteps),
    kind: training.schedule,
    peak: training.learningRate,
    checkpointEvery: training.checkpointEvery,
    earlyStopping: training.earlyStopping,
  };
}

/** What training parameters say to the engine's trainer. */
export function trainerOptions(training: TrainingParameters): {
  optimizer: { kind: TrainingParameters['optimizer']; weightDecay: number; maxGradientNorm: number };
  freeze: readonly string[];
  ema?: { decay: number };
} {
  return {
    optimizer: { kind: training.optimizer, weightDecay: training.weightDecay, maxGradientNorm: MAX_GRADIENT_NORM },
    freeze: training.freeze,
    ...(training.ema === null ? {} : { ema: { decay: training.ema } }),
  };
}
