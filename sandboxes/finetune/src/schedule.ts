import type { TrainingParameters } from '@graft/protocol';
import { trainingSchedule, type TrainingSchedule } from '@graft/runner';

/** `epochs` counts pictures seen, whatever the objective does with them: equal epochs are equal budgets. Contrastive batches are made of pairs. */
export const schedule = (training: TrainingParameters, itemCount: number): TrainingSchedule =>
  trainingSchedule(training, itemCount, { batchOf: 2 });
