import type { Decomposition, Rewriting } from './rewriting.js';

const layerNormalised = (
  of: Rewriting,
  x: string,
  { scale, bias, epsilon }: { scale: string; bias: string | undefined; epsilon: number },
): string[] =>
  of.ops('LayerNormalization', [x, scale, bias], {
    count: 3,
    attributes: { axis: -1, epsilon: { float: epsilon } },
  });

/** The sum of input, skip and bias that both skip operators normalise. */
function skipped(of: Rewriting, biasIndex: number): string {
  const sum = of.add(of.required(0), of.required(1));
  const bias = of.input(biasIndex);
  return bias === undefined ? sum : of.add(sum, bias);
}

const skipLayerNormalization: Decomposition = (of) => {
  const sum = skipped(of, 4);
  const [y, mean, inverse] = layerNormalised(of, sum, {
    scale: of.required(2),
    bias: of.input(3),
    epsilon: of.float('epsilon', 1e-12),
  });
  return [y, mean, inverse, sum];
};

const skipSimplified: Decomposition = (of) => {
  const sum = skipped(of, 3);
  const [y, inverse] = of.ops('SimplifiedLayerNormalization', [sum, of.required(2)], {
    count: 2,
    attributes: { axis: -1, epsilon: { float: of.float('epsilon', 1e-12) } },
  });
  return [y, undefined, inverse, sum];
};

/** Word, position and segment rows added up and normalised. */
const embedLayerNormalization: Decomposition = (of) => {
  const ids = of.required(0);
  const segments = of.input(1);
  const mask = of.input(7);
  const positions = of.input(8);
  const rows = (table: string, indices: string): string => of.op('Gather', [table, indices], { axis: 0 });
  const places = positions ?? of.op('Range', [of.integer(0), of.size(ids, 1), of.integer(1)]);
  const words = of.add(rows(of.required(2), ids), rows(of.required(3), places));
  const table = of.input(4);
  if ((segments === undefined) !== (table === undefined))
    of.refuse('input 4', 'segment embeddings exactly where there are segment ids', table ? `"${table}"` : 'none');
  const sum = segments && table ? of.add(words, rows(table, segments)) : words;
  const [y] = layerNormalised(of, sum, {
    scale: of.required(5),
    bias: of.required(6),
    epsilon: of.float('epsilon', 1e-12),
  });
  of.ignoreAttribute('mask_index_type');
  return [y, of.wants(1) ? unpaddedLengths(of, ids, mask) : undefined, sum];
};

/** int32 [batch]: ones of each mask row; zeros where there is no mask, as onnxruntime answers. */
function unpaddedLengths(of: Rewriting, ids: string, mask: string | undefined): string {
  if (mask) return of.op('ReduceSum', [mask, of.integers(1)], { keepdims: 0 });
  const INT32 = 6;
  const zeros = of.op('Sub', [of.cast(ids, INT32), of.cast(ids, INT32)]);
  return of.op('ReduceSum', [zeros, of.integers(1)], { keepdims: 0 });
}

export const contribNormalisations: Readonly<Record<string, Decomposition>> = {
  SkipLayerNormalization: skipLayerNormalization,
  SkipSimplifiedLayerNormalization: skipSimplified,
  EmbedLayerNormalization: embedLayerNormalization,
};
