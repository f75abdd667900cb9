import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import type { Model } from '../model/model.js';
import { ones, truncatedNormal } from '../tensors/random.js';
import { elementCount, float32 } from '../tensors/tensor.js';

export interface TransformerSize {
  readonly tokens: number;
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
}

/** `pixels` [n, sizes[0]] through linear layers with ReLU between to `logits` [n, sizes.at(-1)]. */
export function mlpNetwork({ sizes }: { sizes: readonly number[] }): Model {
  const g = new GraphBuilder({ seed: 1 });
  let x: Value = g.input('pixels', 'float32', ['n', sizes[0]!]);
  for (const [layer, size] of sizes.slice(1).entries()) {
    if (layer > 0) x = g.relu(x);
    x = g.linear(x, `layer${layer}`, size);
  }
  return g.toModel({ logits: x });
}

/** A pre-norm vision transformer over cut patches [n, tokens, patch]: the mean of the tokens, classified. */
export function vitNetwork(size: TransformerSize & { patch: number; classes: number }): Model {
  const { tokens, patch, dim, depth, classes } = size;
  const g = new GraphBuilder({ seed: 1 });
  const patches = g.input('patches', 'float32', ['n', tokens, patch]);
  let x = g.add(g.linear(patches, 'embed', dim), g.parameter('position', [tokens, dim], truncatedNormal(0.02)));
  for (let layer = 0; layer < depth; layer += 1) {
    const name = `block${layer}`;
    const normal = g.layerNorm(x, `${name}.norm1`);
    const [query, key, value] = (['query', 'key', 'value'] as const).map((part) =>
      heads(g, g.linear(normal, `${name}.${part}`, dim), size),
    ) as [Value, Value, Value];
    x = g.add(x, g.linear(attend(g, { query, key, value }, size), `${name}.out`, dim));
    const hidden = g.gelu(g.linear(g.layerNorm(x, `${name}.norm2`), `${name}.up`, 4 * dim));
    x = g.add(x, g.linear(hidden, `${name}.down`, dim));
  }
  return g.toModel({ logits: g.linear(g.reduceMean(g.layerNorm(x, 'norm'), [1], false), 'classify', classes) });
}

/** A causal language model as Llama and Qwen are built: RMSNorm, rotary positions, SwiGLU. `ids` [n, tokens] to `logits` [n, tokens, words]. */
export function decoderNetwork(size: TransformerSize & { hidden: number; words: number }): Model {
  const { tokens, dim, depth, hidden, words } = size;
  const g = new GraphBuilder({ seed: 1 });
  const ids = g.input('ids', 'int64', ['n', tokens]);
  const rotate = rotary(g, size);
  const mask = causalMask(g, tokens);
  const linear = (x: Value, name: string, to: number): Value => g.linear(x, name, to, { bias: false });
  let x = g.gather(g.parameter('embedding', [words, dim], truncatedNormal(0.02)), ids);
  for (let layer = 0; layer < depth; layer += 1) {
    const name = `block${layer}`;
    const normal = rmsNorm(g, x, `${name}.norm1`);
    const query = rotate(heads(g, linear(normal, `${name}.query`, dim), size));
    const key = rotate(heads(g, linear(normal, `${name}.key`, dim), size));
    const value = heads(g, linear(normal, `${name}.value`, dim), size);
    x = g.add(x, linear(attend(g, { query, key, value, mask }, size), `${name}.out`, dim));
    const inner = rmsNorm(g, x, `${name}.norm2`);
    const gate = linear(inner, `${name}.gate`, hidden);
    const gated = g.mul(g.mul(gate, g.sigmoid(gate)), linear(inner, `${name}.up`, hidden));
    x = g.add(x, linear(gated, `${name}.down`, dim));
  }
  return g.toModel({ logits: linear(rmsNorm(g, x, 'norm'), 'classify', words) });
}

/** [n, tokens, dim] to [n, heads, tokens, dim / heads]. */
const heads = (g: GraphBuilder, x: Value, { tokens, dim, heads: count }: TransformerSize): Value =>
  g.transpose(g.reshape(x, ['n', tokens, count, dim / count]), [0, 2, 1, 3]);

function attend(
  g: GraphBuilder,
  { query, key, value, mask }: { query: Value; key: Value; value: Value; mask?: Value },
  { tokens, dim, heads: count }: TransformerSize,
): Value {
  const scores = g.mul(g.matMul(query, g.transpose(key, [0, 1, 3, 2])), 1 / Math.sqrt(dim / count));
  const weights = g.softmax(mask ? g.add(scores, mask) : scores);
  return g.reshape(g.transpose(g.matMul(weights, value), [0, 2, 1, 3]), ['n', tokens, dim]);
}

function rmsNorm(g: GraphBuilder, x: Value, name: string): Value {
  const meanSquare = g.reduceMean(g.pow(x, 2), [-1]);
  const normal = g.div(x, g.sqrt(g.add(meanSquare, 1e-5)));
  return g.mul(normal, g.parameter(`${name}.scale`, [Number(x.shape.at(-1))], ones));
}

/** x * cos + rotateHalf(x) * sin, as Hugging Face's decoders export it. */
function rotary(g: GraphBuilder, { tokens, dim, heads: count }: TransformerSize): (x: Value) => Value {
  const half = dim / count / 2;
  const table = (of: (angle: number) => number): Value => {
    const row = (token: number) => Array.from({ length: half }, (_, at) => of(token * 10_000 ** (-at / half)));
    const rows = Array.from({ length: tokens }, (_, token) => [...row(token), ...row(token)]);
    return g.constant(float32([tokens, 2 * half], rows.flat()));
  };
  const [cosine, sine] = [table(Math.cos), table(Math.sin)];
  return (x) => {
    const [left, right] = g.split(x, [half, half], -1) as [Value, Value];
    return g.add(g.mul(x, cosine), g.mul(g.concat([g.neg(right), left], -1), sine));
  };
}

/** Added to the scores: 0 for what a token may look at, a very negative number for what comes after it. */
function causalMask(g: GraphBuilder, tokens: number): Value {
  const shape = [tokens, tokens];
  const later = (at: number): boolean => at % tokens > Math.floor(at / tokens);
  return g.constant(
    float32(
      shape,
      Array.from({ length: elementCount(shape) }, (_, at) => (later(at) ? -1e9 : 0)),
    ),
  );
}
