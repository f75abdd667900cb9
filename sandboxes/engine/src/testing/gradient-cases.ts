import { describe, expect, it } from 'vitest';
import { emitted } from '../autodiff/emit.js';
import type { GradientRule } from '../autodiff/rule.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import type { AttributeValue } from '../proto/messages.js';
import { int64 } from '../tensors/tensor.js';
import { gradientError, type GradientCase } from './finite-differences.js';

type Attributes = Readonly<Record<string, AttributeValue>>;

/** Compares every rule with finite differences; a rule without a case does not compile. */
export function describeGradients<Rules extends Readonly<Record<string, GradientRule>>>(
  rules: Rules,
  cases: { readonly [Operator in keyof Rules]: Readonly<Record<string, GradientCase>> },
): void {
  describe.each(Object.entries<Readonly<Record<string, GradientCase>>>(cases))(
    'gradient of %s',
    (operator, variants) => {
      it('has cases', () => {
        expect(Object.keys(rules)).toContain(operator);
        expect(Object.keys(variants)).not.toEqual([]);
      });
      it.each(Object.entries(variants))('%s equals finite differences', async (_, gradientCase) => {
        expect(await gradientError(gradientCase)).toBeLessThan(2e-3);
      });
    },
  );
}

/** A node with one output: the shape of the first input unless `shape` says another. */
export const apply = (
  graph: GraphBuilder,
  opType: string,
  {
    inputs,
    shape = inputs[0]!.shape as number[],
    attributes = {},
  }: { inputs: readonly (Value | undefined)[]; shape?: readonly number[]; attributes?: Attributes },
): Value => emitted(graph, opType, { inputs, like: { type: 'float32', shape }, attributes });

/** A case for an operator of one input that keeps its shape. */
export const unaryCase = (
  opType: string,
  {
    range,
    shape = [2, 3],
    attributes = {},
  }: { range?: readonly [number, number]; shape?: readonly number[]; attributes?: Attributes } = {},
): GradientCase => ({
  shapes: [shape],
  ...(range ? { range } : {}),
  build: (graph, x) => apply(graph, opType, { inputs: [x], attributes }),
});

export const picks = (graph: GraphBuilder, shape: readonly number[], values: readonly number[]): Value =>
  graph.constant(int64(shape, values));

export const flags = (graph: GraphBuilder, values: readonly number[]): Value =>
  graph.constant({ type: 'bool', shape: [values.length], data: Uint8Array.from(values) });
