/** What CI reads: 3 means "cannot tell", never "good enough". */
export const exitCodes = { pass: 0, fail: 1, usage: 2, inconclusive: 3 } as const;
export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** The person at the keyboard has to change something before it can work: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Several checks, one verdict: a failed one decides, then an open one. */
export const worst = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('fail')
    ? 'fail'
    : verdicts.includes('inconclusive') || verdicts.length === 0
      ? 'inconclusive'
      : 'pass';
