import type { Kernels } from './kernels.js';

/** What one update of one parameter is made with. */
export interface UpdateAt {
  /** Counts from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** 0 where the parameter does not decay. */
  readonly weightDecay: number;
  /** Gradients are multiplied by it first (mean over micro-batches, clipping). */
  readonly gradientScale: number;
}

/** How an optimizer changes a parameter: which moments it keeps, and the kernel with its numbers. */
export interface UpdateRule {
  readonly kind: 'adamw' | 'sgd' | 'lion';
  /** Of parameters for which nobody says otherwise. */
  readonly weightDecay: number;
  /** Names of the buffers kept beside weight and gradient, in the kernel's order. */
  readonly moments: readonly string[];
  /** The kernel's numbers after the addresses and the size. */
  readonly numbers: (at: UpdateAt) => readonly number[];
}

/** Runs a rule on one parameter; `addresses` are those of weight, gradient and moments. */
export function applyRule(
  kernels: Kernels,
  rule: UpdateRule,
  { addresses, bytes }: { addresses: readonly number[]; bytes: number },
  at: UpdateAt,
): void {
  kernels[rule.kind](...addresses, bytes, ...rule.numbers(at));
}
