import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { weightedSum, type Loss } from './loss.js';

/** The first `length` numbers of each vector, and how much their loss counts (default 1). */
export interface Prefix {
  readonly length: number;
  readonly weight?: number;
}

/**
 * The same loss over prefixes of the same vectors f32 [rows, d], so that each prefix is a useful vector of its own (Kusupati et
 * al., 2022). `loss` gets the cut vectors, not brought back to unit length, in the order of `vectors`.
 */
export function matryoshka(
  graph: GraphBuilder,
  vectors: readonly Value[],
  prefixes: readonly Prefix[],
  loss: (cut: readonly Value[], length: number) => Loss,
): Loss {
  const terms = prefixes.map(({ length, weight = 1 }) => {
    const cut = vectors.map((vector) => prefixOf(graph, vector, length));
    return [String(length), { loss: loss(cut, length), weight }] as const;
  });
  return weightedSum(graph, Object.fromEntries(terms)).loss;
}

function prefixOf(graph: GraphBuilder, vector: Value, length: number): Value {
  const size = fixedShape(vector)[1]!;
  if (length < 1 || length > size)
    throw new Error(`Matryoshka: expected prefixes of 1 to ${size} numbers of "${vector.name}", found ${length}.`);
  return length === size ? vector : graph.slice(vector, { axis: 1, from: 0, to: length });
}
