import { GraphBuilder, type Initial, type Model, type Value } from '@graft/engine';
import type { VisionArchitecture } from '@graft/protocol';
import { InputInvalid } from '@graft/runner';
import { buildConvolutionalEncoder } from './convolutional-encoder.js';

const CHANNELS = 3;
const MLP_RATIO = 4;
/** In patches, over 2 pi: far more than a picture has. */
const LONGEST_WAVE = 100;

/**
 * A convolutional encoder where the architecture has stages of them, else a vision transformer (Dosovitskiy et al., 2021) without a class token: `pixel_values` f32 [n, 3, height, width] ->
 * `image_features` f32 [n, dim], the normalised mean over its patches.
 */
export function buildVisionEncoder(architecture: VisionArchitecture, seed: number): Model {
  const { width, height, patch, dim, depth, heads, convolutions } = architecture;
  if (convolutions !== null) return buildConvolutionalEncoder(architecture, convolutions, seed);
  if (width % patch !== 0 || height % patch !== 0) {
    throw new InputInvalid(
      `architecture.patch: expected a divisor of width ${width} and height ${height}, found ${patch}.`,
    );
  }
  if (dim % heads !== 0)
    throw new InputInvalid(`architecture.heads: expected a divisor of dim ${dim}, found ${heads}.`);
  const g = new GraphBuilder({ seed });
  const pixels = g.input('pixel_values', 'float32', ['n', CHANNELS, height, width]);
  const patches = patchify(g, pixels, architecture);
  const tokens = (width / patch) * (height / patch);
  let x = g.add(g.linear(patches, 'embed', dim), g.parameter('position', [tokens, dim], sinusoids(width / patch)));
  for (let layer = 0; layer < depth; layer += 1) x = block(g, x, { name: `layer${layer}`, tokens, dim, heads });
  return g.toModel({ image_features: g.layerNorm(g.reduceMean(x, [1], false), 'norm') });
}

/** [n, 3, height, width] -> [n, tokens, 3 * patch * patch], row by row. */
function patchify(g: GraphBuilder, pixels: Value, { width, height, patch }: VisionArchitecture): Value {
  const rows = height / patch;
  const columns = width / patch;
  const grid = g.reshape(pixels, ['n', CHANNELS, rows, patch, columns, patch]);
  return g.reshape(g.transpose(grid, [0, 2, 4, 1, 3, 5]), ['n', rows * columns, CHANNELS * patch * patch]);
}

interface BlockShape {
  readonly name: string;
  readonly tokens: number;
  readonly dim: number;
  readonly heads: number;
}

/**
 * Where a patch lies, as sines and cosines of its column and row (Beyer, Zhai and Kolesnikov, 2022), at half the size of an
 * embedded patch. A start that tells positions apart: from small random numbers a short training on a small set learns colours only.
 */
function sinusoids(columns: number): Initial {
  return ([tokens = 0, dim = 0]) => {
    const waves = Math.floor(dim / 4);
    const table = new Float32Array(tokens * dim);
    for (let token = 0; token < tokens; token += 1) {
      const axes = [token % columns, Math.floor(token / columns)];
      for (let wave = 0; wave < waves; wave += 1) {
        const frequency = LONGEST_WAVE ** (-wave / waves);
        axes.forEach((at, axis) => {
          table[token * dim + 2 * axis * waves + wave] = 0.5 * Math.sin(at * frequency);
          table[token * dim + (2 * axis + 1) * waves + wave] = 0.5 * Math.cos(at * frequency);
        });
      }
    }
    return table;
  };
}

/** Pre-norm transformer block: x + attention(norm(x)), then x + mlp(norm(x)). */
function block(g: GraphBuilder, x: Value, shape: BlockShape): Value {
  const { name, dim } = shape;
  const attended = g.add(x, attention(g, g.layerNorm(x, `${name}.norm1`), shape));
  const hidden = g.gelu(g.linear(g.layerNorm(attended, `${name}.norm2`), `${name}.mlp.up`, dim * MLP_RATIO));
  return g.add(attended, g.linear(hidden, `${name}.mlp.down`, dim));
}

/** Multi-head self-attention with one product for queries, keys and values. */
function attention(g: GraphBuilder, x: Value, { name, tokens, dim, heads }: BlockShape): Value {
  const size = dim / heads;
  const split = g.transpose(
    g.reshape(g.linear(x, `${name}.qkv`, 3 * dim), ['n', tokens, 3, heads, size]),
    [2, 0, 3, 1, 4],
  );
  const [query, key, value] = g.split(split, [1, 1, 1], 0).map((part) => g.squeeze(part, 0)) as [Value, Value, Value];
  const scores = g.mul(g.matMul(query, g.transpose(key, [0, 1, 3, 2])), 1 / Math.sqrt(size));
  const mixed = g.transpose(g.matMul(g.softmax(scores), value), [0, 2, 1, 3]);
  return g.linear(g.reshape(mixed, ['n', tokens, dim]), `${name}.out`, dim);
}

/** A linear map into the embedding space, rows of unit length: `image_features` [n, width] -> `image_features` [n, dim]. */
export function buildProjection(width: number, dim: number, seed: number): Model {
  const g = new GraphBuilder({ seed });
  const features = g.input('features', 'float32', ['n', width]);
  return g.toModel({ image_features: g.normalize(g.linear(features, 'projection', dim, { bias: false })) });
}
