import type { Random } from '@graft/runner';
import { type Estimate, percentileInterval } from '../statistics/bootstrap.js';

/** Answers to questions: what each is worth, and how often it was asked. */
export interface Answered {
  readonly values: readonly number[];
  readonly counts: readonly number[];
}

export const askedOnce = (values: readonly number[]): Answered => ({ values, counts: values.map(() => 1) });

/** The mean over everything asked, with the interval that resampling whole questions gives; 0 where nothing was asked. */
export function meanInterval({ values, counts }: Answered, draws: number, random: Random): Estimate {
  const n = counts.reduce((sum, count) => sum + count, 0);
  if (n === 0) return { value: 0, low: 0, high: 0, n };
  const samples = Array.from({ length: draws }, () => {
    let total = 0;
    let asked = 0;
    for (let draw = 0; draw < values.length; draw += 1) {
      const question = random.below(values.length);
      total += (values[question] as number) * (counts[question] as number);
      asked += counts[question] as number;
    }
    return total / asked;
  });
  const total = values.reduce((sum, value, question) => sum + value * (counts[question] as number), 0);
  return percentileInterval(total / n, samples, n);
}
