import { join } from 'node:path';
import { PreflightReport, PRICE_PER_CPU_HOUR } from '@graft/protocol';
import { writeWhole } from '../files.js';
import type { RecipeContext } from '../recipe-context.js';
import { batchesOf, stepsPerEvaluation, type TrainingPlan } from '../training-loop.js';
import { examplesOf } from './examples.js';
import { labelFacts, textFacts } from './facts.js';
import { findingsOf } from './findings.js';
import { pictureHash } from './picture-hash.js';
import type { PreparedTraining, TrainingFeeds, TrainingInputs } from './training-inputs.js';
import { findTwins, type SplitHashes } from './twins.js';

/** Steps are timed until there are enough of them and they took long enough to stand for what else the machine does. */
const TIMED = { steps: 5, seconds: 3, most: 50 };
/** Steps that are this slow are known well enough after two. */
const SLOW_SECONDS = 60;

type Estimate = PreflightReport['estimate'];
type Context = RecipeContext<'finetune'> | RecipeContext<'swap-encoder'>;

/** Time and processor time since a moment, in seconds. */
interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/**
 * Shows a training before it is paid for: its first batch as it is fed, a few of its real steps timed, one validation, and what
 * its data look like. Writes `out/preflight`; the weights it changed are thrown away, and no checkpoint is left.
 */
export async function rehearse<Feeds extends TrainingFeeds>(
  context: Context,
  { plan, inputs }: Pick<PreparedTraining<unknown, Feeds>, 'plan' | 'inputs'>,
  prepared: Taken,
): Promise<Record<string, unknown>> {
  const { train, validation, labels, texts } = inputs;
  context.progress(0.1, 'reading the first batch');
  const examples = await examplesOf(plan.feeds(0), inputs);
  const estimate = await estimateOf(context, plan, prepared);
  context.progress(0.8, 'looking for duplicates');
  await context.breathe();
  const facts = {
    format: 'graft-preflight',
    formatVersion: 1,
    recipe: context.task.kind,
    items: { train: train.length, validation: validation.length },
    examples,
    texts: texts && textFacts(train, texts),
    labels: labelFacts(inputs, labels),
    ...findTwins(inputs, hashesOf(inputs)),
    estimate,
  } as const;
  const report: PreflightReport = { ...facts, findings: findingsOf(facts) };
  const folder = await context.artifactDir('preflight');
  await writeWhole(join(folder, 'preflight.json'), JSON.stringify(PreflightReport.parse(report)));
  context.artifact('preflight', 'preflight');
  const problems = report.findings.filter(({ level }) => level === 'problem').length;
  return { problems, totalSeconds: estimate.totalSeconds, peakMemoryBytes: estimate.peakMemoryBytes };
}

/** Starts the clock that says how long a training took to prepare. */
export function startWatch(): () => Taken {
  const [began, cpuBegan] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(cpuBegan);
    return { seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

async function estimateOf<Feeds>(context: Context, plan: TrainingPlan<Feeds>, prepared: Taken): Promise<Estimate> {
  const { totalSteps, accumulation = 1 } = plan;
  const steps = await timedSteps(context, plan);
  context.progress(0.7, 'validating once');
  const validation = await taken(() => plan.evaluate());
  const validations = Math.ceil(totalSteps / stepsPerEvaluation(plan));
  const seconds = steps.map((step) => step.seconds);
  const stepSeconds = {
    median: median(seconds),
    low: Math.min(...seconds),
    high: Math.max(...seconds),
    n: steps.length,
  };
  const validationSeconds = validations * validation.seconds;
  const cpuSeconds =
    prepared.cpuSeconds +
    totalSteps * median(steps.map((step) => step.cpuSeconds)) +
    validations * validation.cpuSeconds;
  return {
    totalSteps,
    itemsPerStep: plan.imagesPerStep * accumulation,
    stepSeconds,
    prepareSeconds: prepared.seconds,
    validationSeconds,
    totalSeconds: prepared.seconds + totalSteps * stepSeconds.median + validationSeconds,
    // Linux counts it in KiB.
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    memoryLimitBytes: context.task.memoryBytes ?? null,
    cpuSeconds,
    cost: {
      currency: 'USD',
      perCpuHour: PRICE_PER_CPU_HOUR,
      value: (cpuSeconds / 3600) * PRICE_PER_CPU_HOUR,
    },
  };
}

/** Real steps after one that warms up: the first one allocates what the later ones use again. */
async function timedSteps<Feeds>(context: Context, plan: TrainingPlan<Feeds>): Promise<Taken[]> {
  const steps: Taken[] = [];
  const watch = startWatch();
  for (let step = 0; !isEnough(steps.length, watch().seconds); step += 1) {
    context.progress(0.1 + (0.5 * step) / TIMED.most, 'timing steps', `step ${step}`);
    await context.breathe();
    const learningRate = plan.learningRate(Math.min(step, plan.totalSteps - 1));
    const spent = await taken(() => plan.trainer.step(batchesOf(plan, step), learningRate));
    if (step > 0) steps.push(spent);
  }
  return steps;
}

function isEnough(steps: number, seconds: number): boolean {
  if (steps >= TIMED.steps) return seconds >= TIMED.seconds || steps >= TIMED.most;
  return steps >= 2 && seconds >= SLOW_SECONDS;
}

async function taken(work: () => Promise<unknown>): Promise<Taken> {
  const watch = startWatch();
  await work();
  return watch();
}

function hashesOf({ train, validation, pictures }: TrainingInputs): SplitHashes | undefined {
  if (!pictures) return undefined;
  const hash = (picture: Uint8Array): Uint32Array => pictureHash(picture, pictures.preprocessing);
  return {
    train: train.map((_, index) => hash(pictures.train(index))),
    validation: validation.map((_, index) => hash(pictures.validation(index))),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
