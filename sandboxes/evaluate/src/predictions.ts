import type { DatasetItem } from '@graft/protocol';
import { type Dataset, InputInvalid, permutation, type Random } from '@graft/runner';
import type { Answers, Candidate, EvaluateContext } from './candidate.js';
import { inputBatches, lookUp } from './evidence.js';
import { type Scores, UNLABELLED } from './statistics/bootstrap.js';

export interface Subjects {
  readonly context: EvaluateContext;
  readonly dataset: Dataset;
  /** The held-out items, in the order of every prediction. */
  readonly items: readonly DatasetItem[];
  readonly targets: readonly string[];
}

/** Fits the class means of a candidate without a head of its own, on the training split. */
export async function fitClassMeans({ context, dataset }: Subjects, candidate: Candidate): Promise<void> {
  const items = dataset.itemsOf('train');
  if (items.length === 0) throw new InputInvalid('head "class-means": expected items in split "train", found none.');
  const parts: Float32Array[] = [];
  for await (const { input, count } of inputBatches(context, dataset, items, candidate))
    parts.push(await candidate.features(input, count));
  candidate.fit(items, joined(parts));
}

/** Labels that a candidate gives to the held-out items. */
export async function predict({ context, dataset, items, targets }: Subjects, candidate: Candidate): Promise<Answers> {
  const answers = new Map<string, string[]>(targets.map((target) => [target, []]));
  for await (const { input, count } of inputBatches(context, dataset, items, candidate)) {
    for (const [target, labels] of await candidate.answer(input, count)) answers.get(target)?.push(...labels);
  }
  return answers;
}

/** Answers of a swapped candidate when each item gets the vector of another: what is left is what the vectors do not tell. */
export async function predictShuffled({ items }: Subjects, candidate: Candidate, random: Random): Promise<Answers> {
  if (candidate.source.kind !== 'vectors') throw new Error(`Candidate ${candidate.name} reads no vectors.`);
  const ids = Array.from(permutation(items.length, random), (index) => (items[index] as DatasetItem).id);
  return candidate.answer(lookUp(candidate.source.snapshot, ids), ids.length);
}

/** Right, wrong or unlabelled, per target and item. */
export function score({ items, targets }: Subjects, answers: Answers): Scores {
  return new Map(
    targets.map((target) => {
      const predicted = answers.get(target) ?? [];
      return [target, Uint8Array.from(items, (item, index) => outcome(item.attributes[target], predicted[index]))];
    }),
  );
}

function outcome(actual: string | undefined, predicted: string | undefined): number {
  if (actual === undefined) return UNLABELLED;
  return actual === predicted ? 1 : 0;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
