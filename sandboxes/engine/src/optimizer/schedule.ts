export interface Schedule {
  /** How the rate falls after the warm-up. `inverse-sqrt`: with the root of the steps since (Vaswani et al., 2017); it needs no total. */
  readonly kind: 'cosine' | 'linear' | 'constant' | 'inverse-sqrt';
  readonly peak: number;
  /** Steps of a straight rise to `peak`. */
  readonly warmupSteps: number;
  readonly totalSteps: number;
  /** Where `cosine` and `linear` end; default 0. */
  readonly floor?: number;
}

/** Learning rate at a step that counts from 0. */
export function learningRate({ kind, peak, warmupSteps, totalSteps, floor = 0 }: Schedule): (step: number) => number {
  return (step) => {
    if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    switch (kind) {
      case 'cosine':
        return floor + ((peak - floor) * (1 + Math.cos(Math.PI * progress))) / 2;
      case 'linear':
        return floor + (peak - floor) * (1 - progress);
      case 'inverse-sqrt':
        return peak * Math.sqrt(Math.max(1, warmupSteps) / Math.max(1, step + 1));
      case 'constant':
        return peak;
    }
  };
}
