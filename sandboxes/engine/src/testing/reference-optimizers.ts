import { adamW, type AdamWOptions } from '../optimizer/adamw.js';
import { lion, type LionOptions } from '../optimizer/lion.js';
import { sgd, type SgdOptions } from '../optimizer/sgd.js';
import type { UpdateAt, UpdateRule } from '../optimizer/update-rule.js';

/** One parameter; the moments in the order of its rule. */
export interface ReferenceBuffers {
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  readonly moments: readonly Float32Array[];
}

export interface Reference {
  readonly rule: UpdateRule;
  readonly update: (buffers: ReferenceBuffers, at: UpdateAt) => void;
}

const f = Math.fround;

/** Optimizers in plain TypeScript, rounding to float32 after each operation: what the kernels must equal bit by bit. */
export const references = {
  adamw: (options: Partial<AdamWOptions> = {}): Reference => {
    const rule = adamW(options);
    return { rule, update: (buffers, at) => adamWWith(rule.numbers(at).map(f), buffers) };
  },
  sgd: (options: Partial<SgdOptions> = {}): Reference => {
    const rule = sgd(options);
    return { rule, update: (buffers, at) => sgdWith(rule.numbers(at).map(f), buffers) };
  },
  lion: (options: Partial<LionOptions> = {}): Reference => {
    const rule = lion(options);
    return { rule, update: (buffers, at) => lionWith(rule.numbers(at).map(f), buffers) };
  },
};

/** The numbers as the kernel takes them: published vectors name some of them in another way than our options do. */
export function adamWWith(numbers: readonly number[], { weight, gradient, moments }: ReferenceBuffers): void {
  const [beta1, beta2, epsilon, rate, scale, decay, gradientScale] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [m, v] = moments as [Float32Array, Float32Array];
  for (let at = 0; at < weight.length; at += 1) {
    const g = f(gradient[at]! * gradientScale);
    m[at] = f(f(m[at]! * beta1) + f(g * f(1 - beta1)));
    v[at] = f(f(v[at]! * beta2) + f(f(g * g) * f(1 - beta2)));
    const denominator = f(f(f(Math.sqrt(v[at]!)) * scale) + epsilon);
    weight[at] = f(f(weight[at]! * decay) - f(f(m[at]! * rate) / denominator));
  }
}

function sgdWith(numbers: readonly number[], { weight, gradient, moments }: ReferenceBuffers): void {
  const [momentum, fresh, carried, rate, decay, gradientScale] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const velocity = moments[0]!;
  for (let at = 0; at < weight.length; at += 1) {
    const g = f(f(gradient[at]! * gradientScale) + f(weight[at]! * decay));
    velocity[at] = f(f(velocity[at]! * momentum) + g);
    weight[at] = f(weight[at]! - f(f(f(g * fresh) + f(velocity[at]! * carried)) * rate));
  }
}

function lionWith(numbers: readonly number[], { weight, gradient, moments }: ReferenceBuffers): void {
  const [beta1, beta2, rate, decay, gradientScale] = numbers as [number, number, number, number, number];
  const mean = moments[0]!;
  for (let at = 0; at < weight.length; at += 1) {
    const g = f(gradient[at]! * gradientScale);
    const direction = Math.sign(f(f(mean[at]! * beta1) + f(g * f(1 - beta1))));
    weight[at] = f(f(weight[at]! * decay) - direction * rate);
    mean[at] = f(f(mean[at]! * beta2) + f(g * f(1 - beta2)));
  }
}
