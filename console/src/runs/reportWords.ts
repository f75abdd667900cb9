import type { Report } from '../api/schemas.js';
import { formatPercent, formatSigned } from '../ui/format.js';

type Paired = Report['paired'][number];

/** Says a paired comparison as a sentence: how much, how sure, and whether it could be luck. */
export function pairedSentence({ a, b, difference, relative, pValue }: Paired): string {
  const points = `${Math.abs(100 * difference.value).toFixed(1)} points`;
  const range = `95 % interval ${formatSigned(difference.low)} to ${formatSigned(difference.high)}`;
  if (difference.low <= 0 && difference.high >= 0)
    return `On the same ${difference.n} items ${b} and ${a} cannot be told apart: ${points} between them, ${range}.`;
  const direction = difference.value > 0 ? 'more' : 'less';
  return `${b} is right ${points} ${direction} often than ${a} on the same ${difference.n} items (${range}; ${formatSigned(relative.value, 0)} relative; p ${pValue < 0.001 ? '< 0.001' : `= ${pValue.toFixed(3)}`}).`;
}

/** What the control with shuffled vectors says: whether the accuracy really comes from each item's own vector. */
export function controlSentence({ candidate, shuffled, chance, majority }: NonNullable<Report['control']>): {
  sound: boolean;
  sentence: string;
} {
  const guess = Math.max(chance, majority);
  const sound = shuffled.low <= guess;
  const figures = `With vectors shuffled between the items ${candidate} falls to ${formatPercent(shuffled.value)} (guessing gives ${formatPercent(chance)}, always the most frequent label ${formatPercent(majority)})`;
  return {
    sound,
    sentence: sound
      ? `${figures}: its accuracy comes from each item’s own vector.`
      : `${figures}. That is above guessing, so something other than the vectors tells the labels. Look for a leak before trusting the accuracy.`,
  };
}

/** A ratio native / swapped as a saving: 37 times as dear is 97.3 % cheaper. */
export const savingOf = (ratio: number): number => 1 - 1 / ratio;

type Headline = { gain: Paired | null; speed: Report['ratios'][number] | null };

/** The figures a report is known by: the swapped candidate against its strongest rival, and the ratio nearest to 20 images a request. */
export function headline(report: Pick<Report, 'paired' | 'control' | 'ratios'>): Headline {
  const swapped = report.control?.candidate ?? report.paired.at(-1)?.b;
  const rivals = report.paired.filter((pair) => pair.b === swapped);
  const gain = rivals.toSorted((x, y) => x.difference.value - y.difference.value)[0] ?? null;
  const speed =
    report.ratios.toSorted((x, y) => Math.abs(x.imagesPerRequest - 20) - Math.abs(y.imagesPerRequest - 20))[0] ?? null;
  return { gain, speed };
}
