import { join } from 'node:path';
import { EvaluationReport } from '@graft/protocol';
import { Dataset, InputInvalid, Random, writeWhole } from '@graft/runner';
import { accuracyOf, blindAccuracy, disagreements, overallOf, pairedTests, type Scored } from './accuracy.js';
import { Candidate, type EvaluateContext } from './candidate.js';
import { describeEnvironment } from './environment.js';
import { measureLatency } from './latency.js';
import { fitClassMeans, predict, predictShuffled, score, type Subjects } from './predictions.js';
import { measureRetrieval } from './retrieval/retrieval.js';
import { meanOverTargets, resample } from './statistics/bootstrap.js';

/** Compares the candidates on the same held-out items, asks a dual encoder what it finds, and writes the report. */
export async function evaluate(context: EvaluateContext): Promise<Record<string, unknown>> {
  const { input } = context;
  if (input.candidates.length === 0 && input.retrieval === null)
    throw new InputInvalid('candidates: expected at least one candidate, or questions in "retrieval"; found neither.');
  await using dataset = await Dataset.open(context.inputPath(input.dataset));
  const comparison = input.candidates.length === 0 ? nothingCompared : await compare(context, dataset);
  const retrieval = input.retrieval === null ? null : await measureRetrieval(context, dataset, input.retrieval);
  const report = EvaluationReport.parse({
    format: 'graft-evaluation',
    formatVersion: 1,
    split: input.split,
    targets: input.targets,
    ...comparison,
    itemCount: retrieval && input.candidates.length === 0 ? retrieval.judgedCount : comparison.itemCount,
    pricing: { currency: 'USD', perCpuHour: input.pricePerCpuHour },
    retrieval,
    environment: await describeEnvironment(context.task.threads),
  } satisfies EvaluationReport);
  await writeWhole(join(await context.artifactDir('report'), 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  context.artifact('report', 'report');
  return {
    items: report.itemCount,
    ...Object.fromEntries(report.accuracy.map(({ candidate, overall }) => [`accuracy/${candidate}`, overall.value])),
    ...(retrieval ? { 'retrieval/r10': retrieval.textToImage.r10.value } : {}),
  };
}

type Comparison = Pick<
  EvaluationReport,
  'itemCount' | 'accuracy' | 'paired' | 'control' | 'latency' | 'ratios' | 'examples'
>;

const nothingCompared: Comparison = {
  itemCount: 0,
  accuracy: [],
  paired: [],
  control: null,
  latency: [],
  ratios: [],
  examples: [],
};

async function compare(context: EvaluateContext, dataset: Dataset): Promise<Comparison> {
  const { input } = context;
  const subjects = heldOut(context, dataset);
  await using stack = new AsyncDisposableStack();
  const candidates: Candidate[] = [];
  for (const description of input.candidates) candidates.push(stack.use(await Candidate.open(context, description)));

  const scored: Scored[] = [];
  for (const [index, candidate] of candidates.entries()) {
    context.progress((0.5 * index) / candidates.length, 'scoring', candidate.name);
    if (candidate.description.head === 'class-means') await fitClassMeans(subjects, candidate);
    const answers = await predict(subjects, candidate);
    scored.push({ name: candidate.name, answers, scores: score(subjects, answers) });
    await context.breathe();
  }
  const resamples = resample(
    scored.map(({ scores }) => scores),
    input.bootstrap,
    Random.derive(context.task.seed, 1),
  );
  return {
    itemCount: subjects.items.length,
    accuracy: scored.map((candidate, index) => accuracyOf(candidate, index, resamples)),
    paired: pairedTests(scored, resamples),
    control: await shuffledControl(subjects, candidates),
    ...(await measureLatency(context, dataset, subjects.items, candidates)),
    examples: disagreements(subjects.items, scored, input.targets, Random.derive(context.task.seed, 2)),
  };
}

/** The items of the split that carry at least one target. */
function heldOut(context: EvaluateContext, dataset: Dataset): Subjects {
  const { split, targets, candidates } = context.input;
  const repeated = candidates.find(({ name }, index) => candidates.findIndex((other) => other.name === name) !== index);
  if (repeated)
    throw new InputInvalid(`candidates: expected a name of its own for each, found "${repeated.name}" twice.`);
  if (targets.length === 0)
    throw new InputInvalid('targets: expected at least one attribute to compare the candidates on, found none.');
  const items = dataset
    .itemsOf(split)
    .filter((item) => targets.some((target) => item.attributes[target] !== undefined));
  for (const target of targets) {
    if (!items.some((item) => item.attributes[target] !== undefined)) {
      throw new InputInvalid(`targets: expected items with attribute "${target}" in split "${split}", found none.`);
    }
  }
  return { context, dataset, items, targets };
}

/** The first swapped candidate with its vectors shuffled between the items, beside what guessing gives. */
async function shuffledControl(
  subjects: Subjects,
  candidates: readonly Candidate[],
): Promise<EvaluationReport['control']> {
  const swapped = candidates.find(({ description }) => description.role === 'swapped' && description.head === 'bundle');
  if (!swapped) return null;
  const { seed } = subjects.context.task;
  const scores = score(subjects, await predictShuffled(subjects, swapped, Random.derive(seed, 4)));
  const { draws } = resample([scores], subjects.context.input.bootstrap, Random.derive(seed, 5));
  const samples = draws.map(([candidate]) => meanOverTargets(candidate as Float64Array));
  return {
    candidate: swapped.name,
    shuffled: overallOf(scores, samples),
    ...blindAccuracy(subjects.items, subjects.targets),
  };
}
