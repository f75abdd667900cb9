import type { Analysis, Outcome } from '../api/schemas.js';
import type { Tone } from '../ui/StatusChip.js';

type Verdict = { title: string; advice: string };

/** The three outcomes in plain words, with what to do next. */
export const outcomeWords: Record<Outcome, Verdict> = {
  pass: {
    title: 'Better',
    advice: 'The evidence holds however often one looks. A rollout can be requested.',
  },
  fail: {
    title: 'Worse',
    advice: 'Give the traffic back to the control and look at where the treatment loses.',
  },
  inconclusive: {
    title: 'Not enough evidence',
    advice: 'Keep it running, or stop and call it no difference. No evidence never counts as a pass.',
  },
};

type SampleRatioState = { tone: Tone; title: string; sentence: string };

/** Below this the split that came is so unlikely under the one configured that no difference can be trusted. */
const mismatchBelow = 0.001;

/** Whether the traffic was split as configured: checked first, because a broken split makes every later figure worthless. */
export function sampleRatioState({
  sampleRatio,
  variants,
}: Pick<Analysis, 'sampleRatio' | 'variants'>): SampleRatioState {
  const total = variants.reduce((sum, variant) => sum + variant.n, 0);
  const came = variants
    .map(
      (variant) =>
        `${variant.name} ${total === 0 ? 0 : ((100 * variant.n) / total).toFixed(1)} %, meant ${(100 * variant.share).toFixed(0)} %`,
    )
    .join('; ');
  if (!sampleRatio)
    return { tone: 'neutral', title: 'Split not checked', sentence: 'Too few units or only one variant with traffic.' };
  const p = sampleRatio.pValue < 0.001 ? 'p < 0.001' : `p = ${sampleRatio.pValue.toFixed(3)}`;
  return sampleRatio.pValue < mismatchBelow
    ? {
        tone: 'bad',
        title: 'Split broken',
        sentence: `Units did not come as configured (${came}; ${p}). Requests or exposures are missing; trust no difference until that is found.`,
      }
    : { tone: 'good', title: 'Split as configured', sentence: `${came} (${p}).` };
}
