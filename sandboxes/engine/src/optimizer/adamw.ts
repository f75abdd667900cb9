export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay (Loshchilov and Hutter, 2019), on parameters of rank 2 and above. */
  readonly weightDecay: number;
}

export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };

/** What one update of one parameter needs beside its buffers. */
export interface AdamWStep {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** learning rate / (1 - beta1^step) */
  readonly rate: number;
  /** 1 / sqrt(1 - beta2^step) */
  readonly secondMomentScale: number;
  /** 1 - learning rate * weight decay */
  readonly decay: number;
  /** Gradients are multiplied by it first (clipping). */
  readonly gradientScale: number;
}

/** `step` counts from 1. */
export function adamWStep(
  options: AdamWOptions,
  at: { step: number; learningRate: number; gradientScale: number; decays: boolean },
): AdamWStep {
  return {
    beta1: options.beta1,
    beta2: options.beta2,
    epsilon: options.epsilon,
    rate: at.learningRate / (1 - options.beta1 ** at.step),
    secondMomentScale: 1 / Math.sqrt(1 - options.beta2 ** at.step),
    decay: at.decays ? 1 - at.learningRate * options.weightDecay : 1,
    gradientScale: at.gradientScale,
  };
}

export interface AdamWBuffers {
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** The update as the WebAssembly kernel does it, rounding to float32 after each operation: what the kernel is tested against. */
export function adamWReference({ weight, gradient, firstMoment, secondMoment }: AdamWBuffers, step: AdamWStep): void {
  const f = Math.fround;
  const [beta1, beta2] = [f(step.beta1), f(step.beta2)];
  const [rest1, rest2] = [f(1 - beta1), f(1 - beta2)];
  for (let at = 0; at < weight.length; at += 1) {
    const g = f(gradient[at]! * f(step.gradientScale));
    const m = f(f(firstMoment[at]! * beta1) + f(g * rest1));
    const v = f(f(secondMoment[at]! * beta2) + f(f(g * g) * rest2));
    firstMoment[at] = m;
    secondMoment[at] = v;
    const denominator = f(f(f(Math.sqrt(v)) * f(step.secondMomentScale)) + f(step.epsilon));
    weight[at] = f(f(weight[at]! * f(step.decay)) - f(f(m * f(step.rate)) / denominator));
  }
}
