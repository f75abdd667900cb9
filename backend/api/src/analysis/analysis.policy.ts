/** When an analysis may speak. Numbers here are policy, not statistics: changing one changes verdicts, never intervals. */
export const analysisPolicy = {
  alpha: 0.05,
  /** Units at which the always-valid interval is tightest. */
  sequentialTuning: 5000,
  /** A split that is this unlikely under the configured weights means broken assignment or logging. */
  sampleRatioAlpha: 0.001,
  /** Below this the normal approximation behind every interval does not hold. */
  minimumUnitsPerVariant: 100,
  /** Conversions, and likewise non-conversions, over both arms. */
  minimumEventsOfEachKind: 10,
} as const;
