import type { Reporting } from './recipe-context.js';

/** Points of a curve: enough for any screen, few enough for the control channel. */
const CURVE_POINTS = 200;
/** Each evaluation opens inference sessions, whose memory onnxruntime does not give back in full. */
const MAX_EVALUATIONS = 20;

type Figures = Readonly<Record<string, number>>;

/** What the loop needs of the engine's trainer: that it trains to the end of a plan by itself; a rehearsal makes single steps. */
export interface Trainee<Feeds> {
  step(feeds: Feeds | Iterable<Feeds>, learningRate: number): Promise<unknown>;
  release(): Promise<void>;
  fit(plan: {
    readonly totalSteps: number;
    readonly learningRate: (step: number) => number;
    readonly batches: (step: number) => Feeds | Iterable<Feeds>;
    readonly validation: {
      readonly every: number;
      readonly evaluate: () => Promise<Figures>;
      readonly earlyStopping?: { readonly patience: number };
    };
    readonly checkpoint: { readonly folder: string; readonly every: number };
    readonly onStart: (stepsDone: number) => void;
    readonly onValidation: (step: number, figures: Figures) => void;
    readonly onCheckpoint: (step: number) => void;
    readonly onStep: (report: StepReport) => Promise<void>;
  }): Promise<{
    readonly steps: number;
    readonly weightsOfStep: number;
    readonly stoppedEarly: boolean;
    readonly final: Figures;
  }>;
}

interface StepReport {
  readonly step: number;
  readonly loss: number;
  readonly parts: Figures;
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly milliseconds: number;
  readonly last: boolean;
}

export interface TrainingPlan<Feeds> {
  readonly trainer: Trainee<Feeds>;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  /** Of one batch; an update sees `accumulation` of them. */
  readonly imagesPerStep: number;
  /** Batches whose gradients are averaged before each update; default 1. */
  readonly accumulation?: number;
  /** Ends the training after that many validations in a row without gain, with the best weights. */
  readonly earlyStopping?: { readonly patience: number } | null;
  readonly checkpointEvery: number;
  readonly learningRate: (step: number) => number;
  /** A batch by its number. Depends on nothing but the number and the seed: resuming must not change the result. */
  readonly feeds: (batch: number) => Feeds;
  /** Figures on the validation split, by metric name, larger ones better; called at the ends of epochs. */
  readonly evaluate: () => Promise<Figures>;
}

export interface TrainingResult {
  /** Updates made. */
  readonly steps: number;
  readonly imagesPerSecond: number;
  /** The last loss and the figures of the weights that are kept on the validation split. */
  readonly final: Figures;
}

/** Where a training says how it goes, and keeps its checkpoints: a recipe's context, or a part of it. */
export type TrainingReport = Pick<
  Reporting,
  'checkpointDir' | 'metric' | 'progress' | 'log' | 'checkpoint' | 'breathe'
>;

/**
 * Trains from the run's checkpoint, or from the beginning, to `totalSteps` or an early stop: curves, progress, checkpoints, and an
 * ear for the cancel between steps. Afterwards the trainer holds the weights to write.
 */
export async function runTraining<Feeds>(context: TrainingReport, plan: TrainingPlan<Feeds>): Promise<TrainingResult> {
  const { trainer, totalSteps, accumulation = 1, earlyStopping } = plan;
  const curveEvery = Math.max(1, Math.floor(totalSteps / CURVE_POINTS));
  const speed = new Speed(plan.imagesPerStep * accumulation);
  const curve = (step: number, values: Figures): void => {
    for (const [name, value] of Object.entries(values)) context.metric(name, step, value);
  };
  const result = await trainer.fit({
    totalSteps,
    learningRate: plan.learningRate,
    batches: (step) => batchesOf(plan, step),
    validation: {
      every: stepsPerEvaluation(plan),
      evaluate: plan.evaluate,
      ...(earlyStopping ? { earlyStopping } : {}),
    },
    checkpoint: { folder: context.checkpointDir, every: plan.checkpointEvery },
    onStart: (step) => {
      if (step > 0) context.log('info', `Resumed after step ${step} of ${totalSteps}.`);
    },
    onValidation: curve,
    onCheckpoint: (step) => context.checkpoint(step),
    onStep: async ({ step, loss, parts, gradientNorm, learningRate, milliseconds, last }) => {
      speed.add(milliseconds);
      if (step % curveEvery === 0 || last) {
        curve(step, {
          loss,
          learning_rate: learningRate,
          gradient_norm: gradientNorm,
          images_per_second: speed.perSecond,
          ...prefixed('loss/', parts),
        });
      }
      context.progress(step / totalSteps, 'training', `step ${step} of ${totalSteps}, loss ${loss.toFixed(3)}`);
      await context.breathe();
    },
  });
  if (earlyStopping) {
    const end = result.stoppedEarly ? 'Stopped early' : 'Ended';
    context.log('info', `${end} after step ${result.steps} with the weights of step ${result.weightsOfStep}.`);
  }
  return { steps: result.steps, imagesPerSecond: speed.perSecond, final: result.final };
}

/** What an update is made from: a batch, or its micro-batches one after the other. */
export function batchesOf<Feeds>(
  { feeds, accumulation = 1 }: Pick<TrainingPlan<Feeds>, 'feeds' | 'accumulation'>,
  step: number,
): Feeds | Iterable<Feeds> {
  return accumulation === 1 ? feeds(step) : microBatches(feeds, step * accumulation, accumulation);
}

function* microBatches<Feeds>(feeds: (batch: number) => Feeds, first: number, count: number): Generator<Feeds> {
  for (let batch = first; batch < first + count; batch += 1) yield feeds(batch);
}

/** Between two validations. */
export function stepsPerEvaluation({
  totalSteps,
  stepsPerEpoch,
}: Pick<TrainingPlan<never>, 'totalSteps' | 'stepsPerEpoch'>): number {
  return stepsPerEpoch * Math.max(1, Math.ceil(totalSteps / stepsPerEpoch / MAX_EVALUATIONS));
}

/** Images seen by the time that training them took, validation and checkpoints left out. */
class Speed {
  private images = 0;
  private milliseconds = 0;

  constructor(private readonly imagesPerUpdate: number) {}

  add(milliseconds: number): void {
    this.images += this.imagesPerUpdate;
    this.milliseconds += milliseconds;
  }

  get perSecond(): number {
    return this.milliseconds === 0 ? 0 : (this.images * 1000) / this.milliseconds;
  }
}

function prefixed(prefix: string, values: Figures): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
