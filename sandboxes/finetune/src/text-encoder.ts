import { GraphBuilder, type Model, truncatedNormal, type Value } from '@graft/engine';
import type { TextTower } from '@graft/protocol';

/** Small beside what training makes of a word: one that no training text had hardly moves the others. */
const TOKEN_SPREAD = 0.01;
const MLP_RATIO = 2;

/**
 * A bag of embedded tokens through a residual network: `token_ids` int64 [n, length], `token_weights` f32 [n, length] ->
 * `text_features` f32 [n, dim], rows of unit length.
 */
export function buildTextEncoder(tower: TextTower, dim: number, seed: number): Model {
  const { buckets, length, width, depth } = tower;
  const g = new GraphBuilder({ seed });
  const ids = g.input('token_ids', 'int64', ['n', length]);
  const weights = g.unsqueeze(g.input('token_weights', 'float32', ['n', length]), 2);
  const table = g.parameter('tokens', [buckets, width], truncatedNormal(TOKEN_SPREAD));
  const bag = g.reduceSum(g.mul(g.gather(table, ids), weights), [1], false);
  let x = g.layerNorm(bag, 'norm');
  for (let layer = 0; layer < depth; layer += 1) x = residual(g, x, { name: `layer${layer}`, width });
  const features = g.linear(g.layerNorm(x, 'last'), 'projection', dim, { bias: false });
  return g.toModel({ text_features: g.normalize(features, 1e-6) });
}

function residual(g: GraphBuilder, x: Value, { name, width }: { name: string; width: number }): Value {
  const hidden = g.gelu(g.linear(g.layerNorm(x, `${name}.norm`), `${name}.up`, width * MLP_RATIO));
  return g.add(x, g.linear(hidden, `${name}.down`, width));
}
