import { sumAll } from '../autodiff/broadcast.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { int64 } from '../tensors/tensor.js';
import type { Loss } from './loss.js';

/**
 * SigLIP (Zhai et al., 2023): every pair of `logits` f32 [rows, columns] is a yes or a no of its own, without a softmax over the
 * batch: sum over pairs of log(1 + exp(-z * logit)), z = 1 or -1, divided by the rows. `targets` f32 [rows, columns] holds 1 for
 * pairs that belong together and 0 for the others; default: row i belongs to column i. The paper's first values are a scale of
 * 10 and a bias of -10: `similarity` with `learnedScale(..., { temperature: 0.1 })` and a parameter as bias.
 */
export function sigmoidPairs(graph: GraphBuilder, logits: Value, targets?: Value): Loss {
  const [rows, columns] = fixedShape(logits) as [number, number];
  const [softplus] = graph.emit({ opType: 'Softplus', inputs: [logits], outputs: [logits] });
  const probabilities = graph.mul(graph.sigmoid(logits), 1 / rows);
  const all = sumAll(graph, softplus!);
  if (targets) {
    const matching = sumAll(graph, graph.mul(logits, targets));
    return {
      value: graph.mul(graph.sub(all, matching), 1 / rows),
      seeds: [{ of: logits, gradient: graph.sub(probabilities, graph.mul(targets, 1 / rows)) }],
    };
  }
  if (rows !== columns)
    throw new Error(`SigLIP without targets: expected as many rows as columns, found [${rows}, ${columns}].`);
  const diagonal = graph.constant(
    int64(
      [rows, 1],
      Array.from({ length: rows }, (_, row) => row),
    ),
  );
  const matching = sumAll(graph, graph.gatherElements(logits, diagonal, 1));
  const gradient = graph.scatterElementsAdd(probabilities, {
    indices: diagonal,
    updates: graph.filled([rows, 1], -1 / rows),
    axis: 1,
  });
  return { value: graph.mul(graph.sub(all, matching), 1 / rows), seeds: [{ of: logits, gradient }] };
}
