import type { Reporting } from './recipe-context.js';

/** Points of a curve: enough for any screen, few enough for the control channel. */
const CURVE_POINTS = 200;
/** Each evaluation opens inference sessions, whose memory onnxruntime does not give back in full. */
const MAX_EVALUATIONS = 20;

/** What the loop needs of the engine's trainer. */
export interface Trainee<Feeds> {
  readonly stepsDone: number;
  step(
    feeds: Feeds,
    learningRate: number,
  ): Promise<{ readonly loss: number; readonly parts: Readonly<Record<string, number>> }>;
  checkpoint(folder: string, state: Record<string, never>): Promise<void>;
}

export interface TrainingPlan<Feeds> {
  readonly trainer: Trainee<Feeds>;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly imagesPerStep: number;
  readonly checkpointEvery: number;
  readonly learningRate: (step: number) => number;
  /** The batch of a step. Depends on nothing but the step and the seed: resuming must not change the result. */
  readonly feeds: (step: number) => Feeds;
  /** Figures on the validation split, by metric name; called at the ends of epochs. */
  readonly evaluate: () => Promise<Readonly<Record<string, number>>>;
}

export interface TrainingResult {
  readonly steps: number;
  readonly imagesPerSecond: number;
  /** The last loss and the last figures on the validation split. */
  readonly final: Readonly<Record<string, number>>;
}

/** Trains from `trainer.stepsDone` to `totalSteps`: curves, progress, checkpoints, and an ear for the cancel between steps. */
export async function runTraining<Feeds>(context: Reporting, plan: TrainingPlan<Feeds>): Promise<TrainingResult> {
  const { trainer, totalSteps } = plan;
  const curveEvery = Math.max(1, Math.floor(totalSteps / CURVE_POINTS));
  const evaluateEvery = plan.stepsPerEpoch * Math.max(1, Math.ceil(totalSteps / plan.stepsPerEpoch / MAX_EVALUATIONS));
  const firstStep = trainer.stepsDone;
  let trainingMs = 0;
  let final: Record<string, number> = {};
  if (firstStep > 0) context.log('info', `Resumed after step ${firstStep} of ${totalSteps}.`);
  while (trainer.stepsDone < totalSteps) {
    const index = trainer.stepsDone;
    const began = performance.now();
    const rate = plan.learningRate(index);
    const { loss, parts } = await trainer.step(plan.feeds(index), rate);
    trainingMs += performance.now() - began;
    const step = index + 1;
    const last = step === totalSteps;
    if (step % curveEvery === 0 || last) {
      const imagesPerSecond = ((step - firstStep) * plan.imagesPerStep * 1000) / trainingMs;
      const curve = { loss, learning_rate: rate, images_per_second: imagesPerSecond, ...prefixed('loss/', parts) };
      for (const [name, value] of Object.entries(curve)) context.metric(name, step, value);
      final = { ...final, loss };
    }
    if (step % evaluateEvery === 0 || last) {
      const figures = await plan.evaluate();
      for (const [name, value] of Object.entries(figures)) context.metric(name, step, value);
      final = { ...final, ...figures };
    }
    if (step % plan.checkpointEvery === 0 || last) {
      await trainer.checkpoint(context.checkpointDir, {});
      context.checkpoint(step);
    }
    context.progress(step / totalSteps, 'training', `step ${step} of ${totalSteps}, loss ${loss.toFixed(3)}`);
    await context.breathe();
  }
  const imagesPerSecond = trainingMs === 0 ? 0 : ((totalSteps - firstStep) * plan.imagesPerStep * 1000) / trainingMs;
  // A run that was killed between its last checkpoint and its end has nothing left to train, but its figures to report.
  return { steps: totalSteps, imagesPerSecond, final: firstStep === totalSteps ? await plan.evaluate() : final };
}

function prefixed(prefix: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
