import type { CheckpointState } from './checkpoint.js';
import type { Feeds, StepResult } from './trainer.js';

export type Figures = Readonly<Record<string, number>>;

/** A whole training. Everything but the hooks must depend on the step and the seed alone, so that resuming changes nothing. */
export interface FitPlan {
  readonly totalSteps: number;
  readonly learningRate: (step: number) => number;
  /** The batch of an update that counts from 0, or its micro-batches. */
  readonly batches: (step: number) => Feeds | Iterable<Feeds>;
  readonly validation?: Validation;
  readonly checkpoint?: {
    readonly folder: string;
    /** Steps between two; one more is written at the end. */ readonly every: number;
  };
  readonly onStart?: (stepsDone: number) => void;
  readonly onValidation?: (step: number, figures: Figures) => void;
  readonly onCheckpoint?: (step: number) => void;
  /** After an update and what belongs to it. Throwing ends the training. */
  readonly onStep?: (report: StepReport) => void | Promise<void>;
}

export interface StepReport extends StepResult {
  /** Counts from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Of the update and of making its batches. */
  readonly milliseconds: number;
  /** Whether the training ends with it. */
  readonly last: boolean;
}

export interface Validation {
  /** Steps between two; one more is made at the end. */
  readonly every: number;
  /** Figures of the weights that `export` answers. */
  readonly evaluate: () => Promise<Figures>;
  /** Ends the training once `patience` validations in a row were not better than the best, and goes back to the best weights. */
  readonly earlyStopping?: {
    readonly patience: number;
    /** Larger is better; default: the mean of all figures. */
    readonly score?: (figures: Figures) => number;
  };
}

export interface FitResult {
  /** Updates made. */
  readonly steps: number;
  /** The step whose weights the trainer holds now: the last, or the best one where the plan stops early. */
  readonly weightsOfStep: number;
  readonly stoppedEarly: boolean;
  /** The last loss and the figures of those weights. */
  readonly final: Figures;
}

/** What `fit` needs of a trainer. */
interface Trainee {
  readonly stepsDone: number;
  step(feeds: Feeds | Iterable<Feeds>, learningRate: number): Promise<StepResult>;
  keepBest(): void;
  useBest(): void;
  checkpoint(folder: string, state: CheckpointState): Promise<void>;
  restore(folder: string): Promise<CheckpointState | undefined>;
}

/** What a checkpoint keeps beside the weights. */
interface Progress {
  readonly loss: number | null;
  readonly figures: Figures;
  readonly best: { readonly step: number; readonly score: number; readonly figures: Figures } | null;
  /** Validations in a row that were not better than the best. */
  readonly withoutGain: number;
  readonly stopped: boolean;
}

const beginning: Progress = { loss: null, figures: {}, best: null, withoutGain: 0, stopped: false };

export async function fit(trainer: Trainee, plan: FitPlan): Promise<FitResult> {
  const { totalSteps, checkpoint } = plan;
  const restored = checkpoint && (await trainer.restore(checkpoint.folder));
  let progress: Progress = { ...beginning, ...(restored as Progress | undefined) };
  plan.onStart?.(trainer.stepsDone);
  while (trainer.stepsDone < totalSteps && !progress.stopped) {
    const index = trainer.stepsDone;
    const began = performance.now();
    const learningRate = plan.learningRate(index);
    const result = await trainer.step(plan.batches(index), learningRate);
    const milliseconds = performance.now() - began;
    const step = index + 1;
    const due = (every: number): boolean => step % every === 0 || step === totalSteps;
    progress = { ...progress, loss: result.loss };
    if (plan.validation && due(plan.validation.every)) {
      progress = await validated(trainer, plan.validation, { progress, step });
      plan.onValidation?.(step, progress.figures);
    }
    if (checkpoint && (due(checkpoint.every) || progress.stopped)) {
      await trainer.checkpoint(checkpoint.folder, { ...progress });
      plan.onCheckpoint?.(step);
    }
    const last = step === totalSteps || progress.stopped;
    await plan.onStep?.({ ...result, step, learningRate, milliseconds, last });
  }
  const { best, loss, figures, stopped } = progress;
  if (best) trainer.useBest();
  return {
    steps: trainer.stepsDone,
    weightsOfStep: best?.step ?? trainer.stepsDone,
    stoppedEarly: stopped,
    final: { ...(loss === null ? {} : { loss }), ...(best?.figures ?? figures) },
  };
}

async function validated(
  trainer: Trainee,
  { evaluate, earlyStopping }: Validation,
  { progress, step }: { progress: Progress; step: number },
): Promise<Progress> {
  const figures = await evaluate();
  if (!earlyStopping) return { ...progress, figures };
  const score = (earlyStopping.score ?? mean)(figures);
  if (Number.isNaN(score))
    throw new Error(
      `Early stopping: expected a score from the validation at step ${step}, found none in ${JSON.stringify(figures)}. Give a validation split, or train without early stopping.`,
    );
  if (!progress.best || score > progress.best.score) {
    trainer.keepBest();
    return { ...progress, figures, best: { step, score, figures }, withoutGain: 0 };
  }
  const withoutGain = progress.withoutGain + 1;
  return { ...progress, figures, withoutGain, stopped: withoutGain >= earlyStopping.patience };
}

function mean(figures: Figures): number {
  const values = Object.values(figures);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
