import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { softmaxCrossEntropy, type CrossEntropyOptions } from './cross-entropy.js';
import { weightedSum, type Objective } from './loss.js';

/**
 * The mean of one cross-entropy for each of several classifiers, `logits` f32 [rows, classes] by name. The labels are inputs of
 * the graph, `labels.<name>` int64 [rows].
 */
export function classification(
  graph: GraphBuilder,
  logits: Readonly<Record<string, Value>>,
  options: CrossEntropyOptions = {},
): Objective {
  const entries = Object.entries(logits);
  const terms = entries.map(([name, value]) => {
    const labels = graph.input(`labels.${name}`, 'int64', [fixedShape(value)[0]!]);
    return [name, { loss: softmaxCrossEntropy(graph, value, labels, options), weight: 1 / entries.length }] as const;
  });
  return weightedSum(graph, Object.fromEntries(terms));
}
