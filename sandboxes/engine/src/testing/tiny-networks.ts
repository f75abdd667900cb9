import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import type { Model } from '../model/model.js';
import { truncatedNormal, xavier } from '../tensors/random.js';

export interface VitSize {
  readonly tokens: number;
  readonly patch: number;
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
}

/** A pre-norm vision transformer over patches [n, tokens, patch]: mean of the tokens as output `features` [n, dim]. */
export function tinyVit({ tokens, patch, dim, depth, heads }: VitSize, seed = 1): Model {
  const g = new GraphBuilder({ seed });
  const patches = g.input('patches', 'float32', ['n', tokens, patch]);
  let x = g.add(g.linear(patches, 'embed', dim), g.parameter('position', [tokens, dim], truncatedNormal(0.02)));
  for (let layer = 0; layer < depth; layer += 1) {
    const name = `block${layer}`;
    x = g.add(x, attention(g, g.layerNorm(x, `${name}.norm1`), { name, tokens, dim, heads }));
    const hidden = g.gelu(g.linear(g.layerNorm(x, `${name}.norm2`), `${name}.up`, 4 * dim, { initial: xavier }));
    x = g.add(x, g.linear(hidden, `${name}.down`, dim, { initial: xavier }));
  }
  return g.toModel({ features: g.reduceMean(g.layerNorm(x, 'norm'), [1], false) });
}

function attention(
  g: GraphBuilder,
  x: Value,
  { name, tokens, dim, heads }: { name: string; tokens: number; dim: number; heads: number },
): Value {
  const size = dim / heads;
  const split = (part: string): Value =>
    g.transpose(
      g.reshape(g.linear(x, `${name}.${part}`, dim, { initial: xavier }), ['n', tokens, heads, size]),
      [0, 2, 1, 3],
    );
  const [query, key, value] = [split('query'), split('key'), split('value')];
  const weights = g.softmax(g.mul(g.matMul(query, g.transpose(key, [0, 1, 3, 2])), 1 / Math.sqrt(size)));
  const mixed = g.reshape(g.transpose(g.matMul(weights, value), [0, 2, 1, 3]), ['n', tokens, dim]);
  return g.linear(mixed, `${name}.out`, dim, { initial: xavier });
}

/** One linear layer from `features` [n, size] to `logits` [n, classes]. */
export function tinyHead({ size, classes }: { size: number; classes: number }, seed = 2): Model {
  const g = new GraphBuilder({ seed });
  return g.toModel({ logits: g.linear(g.input('features', 'float32', ['n', size]), 'classify', classes) });
}
