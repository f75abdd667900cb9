/** What one check says about one test. A test that cannot apply is listed with its reason, not dropped. */
export interface Outcome {
  readonly verdict: 'passed' | 'failed' | 'inapplicable';
  readonly reason: string;
}

export const passed = (reason = ''): Outcome => ({ verdict: 'passed', reason });
export const failed = (reason: string): Outcome => ({ verdict: 'failed', reason });
export const inapplicable = (reason: string): Outcome => ({ verdict: 'inapplicable', reason });

/** The four figures, in the order of the table. */
export const checks = ['read_write', 'runs', 'shapes', 'gradients'] as const;
/** What whole models are checked for, beside the figures. */
export const modelChecks = ['models', 'model_gradients'] as const;
export type Check = (typeof checks)[number] | (typeof modelChecks)[number];

/** One line of a child process: what it found about one test. */
export interface Finding extends Outcome {
  readonly test: string;
  readonly check: Check;
  /** The operators of the test's graph, for filters and the table. */
  readonly operators: readonly string[];
}

export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
