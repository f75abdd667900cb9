import type { DatasetItem, EvaluationReport } from '@graft/protocol';
import type { Random } from '@graft/runner';
import type { Answers } from './candidate.js';
import { baselines } from './statistics/baselines.js';
import {
  accuracy,
  bootstrapPValue,
  type Estimate,
  meanOverTargets,
  percentileInterval,
  type Resamples,
  type Scores,
  UNLABELLED,
} from './statistics/bootstrap.js';
import { mcnemar } from './statistics/mcnemar.js';

/** A candidate's scores beside its row in the resamples. */
export interface Scored {
  readonly name: string;
  readonly scores: Scores;
  readonly answers: Answers;
}

type Report = EvaluationReport;

/** Accuracy per target and over all, with the bootstrap interval of candidate number `index`. */
export function accuracyOf(
  { name, scores }: Scored,
  index: number,
  { draws, targets }: Resamples,
): Report['accuracy'][number] {
  const perTarget = targets.map((target, at) => {
    const outcomes = scores.get(target) as Uint8Array;
    const labelled = outcomes.reduce((sum, outcome) => (outcome === UNLABELLED ? sum : sum + 1), 0);
    return [
      target,
      percentileInterval(
        accuracy(outcomes),
        draws.map((draw) => draw[index]?.[at] as number),
        labelled,
      ),
    ] as const;
  });
  return {
    candidate: name,
    overall: overallOf(
      scores,
      draws.map((draw) => meanOverTargets(draw[index] as Float64Array)),
    ),
    perTarget: Object.fromEntries(perTarget),
  };
}

export function overallOf(scores: Scores, samples: readonly number[]): Estimate {
  const perTarget = [...scores.values()].map((outcomes) => accuracy(outcomes));
  return percentileInterval(meanOverTargets(perTarget), samples, [...scores.values()][0]?.length ?? 0);
}

/** Every pair of candidates on the same items, the later one against the earlier one. */
export function pairedTests(candidates: readonly Scored[], { draws }: Resamples): Report['paired'] {
  const overall = (draw: (typeof draws)[number], index: number): number => meanOverTargets(draw[index] as Float64Array);
  const value = ({ scores }: Scored): number =>
    meanOverTargets([...scores.values()].map((outcomes) => accuracy(outcomes)));
  return candidates.flatMap((b, second) =>
    candidates.slice(0, second).map((a, first) => {
      const n = [...a.scores.values()][0]?.length ?? 0;
      const differences = draws.map((draw) => overall(draw, second) - overall(draw, first));
      const relatives = draws.map((draw) => overall(draw, second) / overall(draw, first) - 1);
      const tests = [...a.scores].map(
        ([target, outcomes]) => [target, mcnemar(outcomes, b.scores.get(target) as Uint8Array)] as const,
      );
      return {
        a: a.name,
        b: b.name,
        difference: percentileInterval(value(b) - value(a), differences, n),
        relative: percentileInterval(value(b) / value(a) - 1, relatives, n),
        pValue: bootstrapPValue(differences),
        mcnemar: Object.fromEntries(tests),
      };
    }),
  );
}

/** What can be had without the pictures: mean over targets of chance and of the majority label. */
export function blindAccuracy(
  items: readonly DatasetItem[],
  targets: readonly string[],
): { chance: number; majority: number } {
  const perTarget = targets.map((target) => baselines(items.map((item) => item.attributes[target])));
  return {
    chance: meanOverTargets(perTarget.map(({ chance }) => chance)),
    majority: meanOverTargets(perTarget.map(({ majority }) => majority)),
  };
}

const MAX_EXAMPLES = 24;

/** Items on which the candidates disagree and one of them is right, in random order. */
export function disagreements(
  items: readonly DatasetItem[],
  candidates: readonly Scored[],
  targets: readonly string[],
  random: Random,
): Report['examples'] {
  const found = targets.flatMap((target) =>
    items.flatMap((item, index) => {
      const outcomes = candidates.map(({ scores }) => scores.get(target)?.[index]);
      return outcomes.includes(1) && outcomes.includes(0) ? [{ item, index, target }] : [];
    }),
  );
  return random
    .shuffle(found)
    .slice(0, MAX_EXAMPLES)
    .map(({ item, index, target }) => ({
      itemId: item.id,
      target,
      actual: item.attributes[target] as string,
      predicted: Object.fromEntries(
        candidates.map(({ name, answers }) => [name, answers.get(target)?.[index] as string]),
      ),
    }));
}
