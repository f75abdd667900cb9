import type { UpdateRule } from './update-rule.js';

export interface SgdOptions {
  /** 0 for plain gradient descent. */
  readonly momentum: number;
  /** Looks one step ahead along the velocity (Nesterov, 1983; Sutskever et al., 2013). */
  readonly nesterov: boolean;
  /** Added to the gradient as weight * decay: it goes through the momentum. */
  readonly weightDecay: number;
}

export const sgdDefaults: SgdOptions = { momentum: 0.9, nesterov: false, weightDecay: 0 };

/** Stochastic gradient descent: velocity = momentum * velocity + gradient, weight -= rate * velocity. */
export function sgd(options: Partial<SgdOptions> = {}): UpdateRule {
  const { momentum, nesterov, weightDecay } = { ...sgdDefaults, ...options };
  const [fresh, carried] = nesterov ? [1, momentum] : [0, 1];
  return {
    kind: 'sgd',
    weightDecay,
    moments: ['velocity'],
    numbers: (at) => [momentum, fresh, carried, at.learningRate, at.weightDecay, at.gradientScale],
  };
}
