import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { sameShape } from '../graph/shapes.js';
import type { Seed } from '../autodiff/rule.js';

/**
 * A scalar and where its differentiation starts. A loss with a short hand-derived gradient (cross-entropy: softmax - target)
 * seeds its logits with that; any other starts at the scalar itself.
 */
export interface Loss {
  readonly value: Value;
  readonly seeds: readonly Seed[];
}

/** What a trainer minimises, with the named terms it reports. */
export interface Objective {
  readonly loss: Loss;
  readonly parts: Readonly<Record<string, Value>>;
}

/** Throws where two values that a loss compares number by number have different shapes: broadcasting would compare others too. */
export function refuseOtherShape(loss: string, value: Value, other: Value): void {
  if (!sameShape(value.shape, other.shape))
    throw new Error(
      `${loss}: expected "${other.name}" of the shape of "${value.name}", [${value.shape.join(', ')}], found [${other.shape.join(', ')}].`,
    );
}

/** Any scalar as a loss: differentiation starts at it. */
export const scalarLoss = (graph: GraphBuilder, value: Value): Loss => ({
  value,
  seeds: [{ of: value, gradient: graph.filled(value.shape as number[], 1) }],
});

/** The sum of `weight * loss`; each loss is reported under its name, unweighted. */
export function weightedSum(
  graph: GraphBuilder,
  terms: Readonly<Record<string, { readonly loss: Loss; readonly weight: number }>>,
): Objective {
  const entries = Object.entries(terms);
  if (entries.length === 0) throw new Error('Objective: expected at least one loss, found none.');
  const value = entries
    .map(([, { loss, weight }]) => graph.mul(loss.value, weight))
    .reduce((left, right) => graph.add(left, right));
  const seeds = entries.flatMap(([, { loss, weight }]) =>
    loss.seeds.map(({ of, gradient }) => ({ of, gradient: weight === 1 ? gradient : graph.mul(gradient, weight) })),
  );
  return { loss: { value, seeds }, parts: Object.fromEntries(entries.map(([name, { loss }]) => [name, loss.value])) };
}
