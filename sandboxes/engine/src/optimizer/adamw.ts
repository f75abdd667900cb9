import type { UpdateRule } from './update-rule.js';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled from the gradient (Loshchilov and Hutter, 2019). */
  readonly weightDecay: number;
}

export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };

/** Adam with decoupled weight decay. */
export function adamW(options: Partial<AdamWOptions> = {}): UpdateRule {
  const { beta1, beta2, epsilon, weightDecay } = { ...adamWDefaults, ...options };
  return {
    kind: 'adamw',
    weightDecay,
    moments: ['m', 'v'],
    numbers: (at) => [
      beta1,
      beta2,
      epsilon,
      at.learningRate / (1 - beta1 ** at.step),
      1 / Math.sqrt(1 - beta2 ** at.step),
      1 - at.learningRate * at.weightDecay,
      at.gradientScale,
    ],
  };
}
