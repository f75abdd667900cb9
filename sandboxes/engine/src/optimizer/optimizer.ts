import { matches, refuseUnmatched, type NamePattern } from '../model/name-pattern.js';
import { adamW, type AdamWOptions } from './adamw.js';
import { lion, type LionOptions } from './lion.js';
import { sgd, type SgdOptions } from './sgd.js';
import type { UpdateRule } from './update-rule.js';

/** Other settings for the parameters ("model/weight") that a pattern names. The first group that matches a parameter holds. */
export interface ParameterGroup {
  readonly pattern: NamePattern;
  /** Multiplies the learning rate; default 1. */
  readonly learningRateFactor?: number;
  /** In place of the optimizer's, also for parameters of rank below 2. */
  readonly weightDecay?: number;
}

/** Left out, an option has the default of its optimizer. Weights of rank 2 and above decay, others (biases, norms) do not. */
export type OptimizerOptions = (
  | ({ readonly kind?: 'adamw' } & Partial<AdamWOptions>)
  | ({ readonly kind: 'sgd' } & Partial<SgdOptions>)
  | ({ readonly kind: 'lion' } & Partial<LionOptions>)
) & {
  /** Gradients are scaled down together where their norm is above it. */
  readonly maxGradientNorm?: number;
  readonly groups?: readonly ParameterGroup[];
};

export function updateRule(options: OptimizerOptions): UpdateRule {
  switch (options.kind) {
    case 'sgd':
      return sgd(options);
    case 'lion':
      return lion(options);
    default:
      return adamW(options);
  }
}

/** What differs from one parameter to the next. */
export interface ParameterSettings {
  readonly learningRateFactor: number;
  readonly weightDecay: number;
}

/** The settings of each parameter; throws where a group's pattern names none. */
export function parameterSettings(
  shapes: ReadonlyMap<string, readonly number[]>,
  rule: UpdateRule,
  groups: readonly ParameterGroup[] = [],
): Map<string, ParameterSettings> {
  for (const { pattern } of groups) refuseUnmatched('optimizer.groups', [pattern], [...shapes.keys()]);
  return new Map(
    [...shapes].map(([name, shape]) => {
      const group = groups.find(({ pattern }) => matches(pattern, name));
      const inherited = shape.length >= 2 ? rule.weightDecay : 0;
      return [
        name,
        { learningRateFactor: group?.learningRateFactor ?? 1, weightDecay: group?.weightDecay ?? inherited },
      ];
    }),
  );
}
