/** What one arm showed: n units, their mean, and the variance of a single unit's value. */
export interface Sample {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
}

/** From n units, the sum of their values and the sum of squares. */
export function sampleOfValues(n: number, sum: number, sumOfSquares: number): Sample {
  return {
    n,
    mean: n === 0 ? 0 : sum / n,
    variance: n < 2 ? 0 : Math.max(0, (sumOfSquares - (sum * sum) / n) / (n - 1)),
  };
}

/** From n units of which `successes` did it. */
export function sampleOfProportion(n: number, successes: number): Sample {
  const rate = n === 0 ? 0 : successes / n;
  return { n, mean: rate, variance: rate * (1 - rate) };
}

/** An estimated difference between two arms, ready for a test. */
export interface Effect {
  readonly estimate: number;
  readonly standardError: number;
  /** Units of both arms. */
  readonly n: number;
  /** Welch and Satterthwaite. */
  readonly degreesOfFreedom: number;
}

/** Treatment mean minus control mean; null where the data carry no spread, because no test can say anything then. */
export function absoluteEffect(control: Sample, treatment: Sample): Effect | null {
  return effect(control, treatment, treatment.mean - control.mean, meanVariance(treatment) + meanVariance(control));
}

/** (treatment - control) / control, variance by the delta method; null also for a control mean of zero. */
export function relativeEffect(control: Sample, treatment: Sample): Effect | null {
  if (control.mean === 0) return null;
  const estimate = (treatment.mean - control.mean) / control.mean;
  const variance =
    meanVariance(treatment) / control.mean ** 2 + (meanVariance(control) * treatment.mean ** 2) / control.mean ** 4;
  return effect(control, treatment, estimate, variance);
}

function effect(control: Sample, treatment: Sample, estimate: number, variance: number): Effect | null {
  if (control.n < 2 || treatment.n < 2 || !(variance > 0)) return null;
  const [a, b] = [meanVariance(control), meanVariance(treatment)];
  return {
    estimate,
    standardError: Math.sqrt(variance),
    n: control.n + treatment.n,
    degreesOfFreedom: (a + b) ** 2 / (a ** 2 / (control.n - 1) + b ** 2 / (treatment.n - 1)),
  };
}

function meanVariance(sample: Sample): number {
  return sample.variance / sample.n;
}
