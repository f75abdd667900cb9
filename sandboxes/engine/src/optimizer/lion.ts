import type { UpdateRule } from './update-rule.js';

export interface LionOptions {
  readonly beta1: number;
  readonly beta2: number;
  /** Decoupled from the gradient. Lion wants a learning rate 3 to 10 times smaller than AdamW's and a decay as much larger. */
  readonly weightDecay: number;
}

export const lionDefaults: LionOptions = { beta1: 0.9, beta2: 0.99, weightDecay: 0.1 };

/** Evolved sign momentum (Chen et al., 2023): one moment, every weight moves by the learning rate. */
export function lion(options: Partial<LionOptions> = {}): UpdateRule {
  const { beta1, beta2, weightDecay } = { ...lionDefaults, ...options };
  return {
    kind: 'lion',
    weightDecay,
    moments: ['mean'],
    numbers: (at) => [beta1, beta2, at.learningRate, 1 - at.learningRate * at.weightDecay, at.gradientScale],
  };
}
