import { float32, int64, tensor, type Tensor } from '../tensors/tensor.js';
import { attentionNodes } from './fused-attention-nodes.js';
import { standardAttentionNodes } from './fused-standard-attention-nodes.js';
import { int32, noise, type FusedNode } from './fused-node.js';

type Variants = Readonly<Record<string, FusedNode>>;

const epsilon = { float: 1e-5 };
const x = noise(2, 3, 8);
const gamma = noise(8);
const beta = float32([8], [1, 2, 3, 4, 5, 6, 7, 8]);
const one = (opType: string, inputs: FusedNode['inputs'], rest: Partial<FusedNode> = {}): FusedNode => ({
  opType,
  inputs,
  ...rest,
});

const activations: Record<string, Variants> = {
  'com.microsoft.Gelu': { alone: one('Gelu', [x]) },
  'com.microsoft.BiasGelu': { with: one('BiasGelu', [x, gamma]) },
  'com.microsoft.FastGelu': { alone: one('FastGelu', [x]), 'with a bias': one('FastGelu', [x, gamma]) },
  'com.microsoft.QuickGelu': {
    'of its usual slope': one('QuickGelu', [x]),
    'as SiLU': one('QuickGelu', [x], { attributes: { alpha: { float: 1 } } }),
  },
};

const ids = int32([2, 3], [4, 0, 2, 1, 1, 3]);
const segments = int32([2, 3], [0, 1, 1, 0, 0, 1]);
const embedding = [noise(5, 8), noise(6, 8)];
const image = noise(2, 4, 5, 3);

const normalisations: Record<string, Variants> = {
  'com.microsoft.SkipLayerNormalization': {
    'with a bias, and the sum': one('SkipLayerNormalization', [x, noise(2, 3, 8), gamma, beta, beta], {
      attributes: { epsilon },
      outputs: [0, 3],
    }),
    'with one skip for all rows': one('SkipLayerNormalization', [x, noise(3, 8), gamma, beta], {
      attributes: { epsilon },
    }),
  },
  'com.microsoft.SkipSimplifiedLayerNormalization': {
    'with the sum': one('SkipSimplifiedLayerNormalization', [x, noise(2, 3, 8), gamma], {
      attributes: { epsilon },
      outputs: [0, 3],
    }),
    'with a bias': one('SkipSimplifiedLayerNormalization', [x, x, gamma, beta], { attributes: { epsilon } }),
  },
  'com.microsoft.EmbedLayerNormalization': {
    'of words and places': one('EmbedLayerNormalization', [ids, undefined, ...embedding, undefined, gamma, beta], {
      attributes: { epsilon },
      outputs: [0, 1, 2],
    }),
    'with segments and a mask': one(
      'EmbedLayerNormalization',
      [ids, segments, ...embedding, noise(2, 8), gamma, beta, int32([2, 3], [1, 1, 0, 1, 1, 1])],
      { attributes: { epsilon }, outputs: [0, 1, 2] },
    ),
    'with positions': one(
      'EmbedLayerNormalization',
      [ids, undefined, ...embedding, undefined, gamma, beta, undefined, int32([2, 3], [3, 4, 5, 0, 1, 2])],
      { attributes: { epsilon }, outputs: [0, 2] },
    ),
  },
};

const [cos, sin] = [Math.cos, Math.sin].map((wave) =>
  float32(
    [16, 4],
    Float32Array.from({ length: 64 }, (_, at) => wave(at * 0.37)),
  ),
) as [Tensor, Tensor];
const contribRotary = (input: Tensor, positions: Tensor, attributes: FusedNode['attributes'] = {}): FusedNode =>
  one('RotaryEmbedding', [input, positions, cos, sin], { attributes, stored: [2, 3] });
const standardRotary = (inputs: FusedNode['inputs'], attributes: FusedNode['attributes'] = {}): FusedNode =>
  one('RotaryEmbedding', inputs, { domain: '', opset: 23, attributes });
const positions = int64([2, 3], [0, 1, 2, 5, 3, 7]);
const heads = noise(2, 4, 3, 8);

const rotary: Record<string, Variants> = {
  'com.microsoft.RotaryEmbedding': {
    'of rows': contribRotary(noise(2, 3, 32), positions),
    'of rows from a place on': contribRotary(noise(2, 3, 32), int64([1], [6])),
    'of heads': contribRotary(heads, positions),
    'of neighbours': contribRotary(heads, positions, { interleaved: 1 }),
    'of a part of each head': contribRotary(noise(2, 3, 64), positions, { num_heads: 4, rotary_embedding_dim: 8 }),
  },
  RotaryEmbedding: {
    'of heads': standardRotary([heads, cos, sin, positions]),
    'of rows': standardRotary([noise(2, 3, 32), cos, sin, positions], { num_heads: 4 }),
    'of neighbours': standardRotary([heads, cos, sin, positions], { interleaved: 1 }),
    'with a row of the tables for each place': standardRotary([heads, noise(2, 3, 4), noise(2, 3, 4)]),
    'of a part of each head': standardRotary([noise(2, 4, 3, 16), cos, sin, positions], { rotary_embedding_dim: 8 }),
  },
};

const conv = (
  opType: string,
  input: Tensor,
  rest: readonly (Tensor | undefined)[],
  more: Partial<FusedNode>,
): FusedNode =>
  one(opType, [input, noise(3, 4, 3, 3), ...rest], {
    ...more,
    attributes: { pads: [1, 1, 1, 1], kernel_shape: [3, 3], ...more.attributes },
  });

const products: Record<string, Variants> = {
  'com.microsoft.FusedMatMul': {
    scaled: one('FusedMatMul', [noise(2, 3, 4), noise(2, 4, 5)], { attributes: { alpha: { float: 0.5 } } }),
    'of both sides turned': one('FusedMatMul', [noise(2, 4, 3), noise(2, 5, 4)], {
      attributes: { transA: 1, transB: 1 },
    }),
    'of matrices': one('FusedMatMul', [noise(3, 4), noise(5, 4)], { attributes: { transB: 1 } }),
    'with batches inside': one('FusedMatMul', [noise(3, 2, 4), noise(3, 2, 5)], {
      attributes: { transBatchA: 1, transBatchB: 1, transA: 1 },
    }),
  },
  'com.microsoft.TransposeMatMul': {
    scaled: one('TransposeMatMul', [noise(3, 4), noise(5, 4)], { attributes: { transB: 1, alpha: { float: 2 } } }),
  },
  'com.microsoft.FusedGemm': {
    'with Relu': one('FusedGemm', [noise(3, 4), noise(4, 5), noise(5)], { attributes: { activation: 'Relu' } }),
    'with LeakyRelu, scaled and turned': one('FusedGemm', [noise(4, 3), noise(5, 4), noise(5)], {
      attributes: {
        activation: 'LeakyRelu',
        activation_alpha: { float: 0.2 },
        alpha: { float: 0.5 },
        beta: { float: 2 },
        transA: 1,
        transB: 1,
      },
    }),
  },
  'com.microsoft.FusedConv': {
    'with Relu': conv('FusedConv', image, [noise(3)], { attributes: { activation: 'Relu' } }),
    'with Clip': conv('FusedConv', image, [noise(3)], {
      attributes: { activation: 'Clip' },
      reals: { activation_params: [0, 0.6] },
    }),
    'with a sum before the activation': conv('FusedConv', image, [noise(3), noise(2, 3, 5, 3)], {
      attributes: { activation: 'Relu', strides: [1, 1] },
    }),
  },
  'com.microsoft.Trilu': { 'of the lower part': one('Trilu', [noise(4, 4)], { attributes: { upper: 0 } }) },
  'com.microsoft.ExpandDims': { 'at the front': one('ExpandDims', [x, int32([], [0])], { stored: [1] }) },
};

const bytes = (...shape: readonly number[]): Tensor =>
  tensor(
    'uint8',
    shape,
    Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => (at * 37 + 11) % 256),
  );
const quantised = (bits: number, rest: readonly (Tensor | undefined)[]): FusedNode => {
  const [N, K, block_size] = [6, 40, 16];
  const blocks = Math.ceil(K / block_size);
  return one('MatMulNBits', [noise(2, 3, K), bytes(N, blocks, (block_size * bits) / 8), noise(N * blocks), ...rest], {
    stored: [1, 2, 3],
    attributes: { N, K, bits, block_size },
  });
};

const quantisedNodes: Record<string, Variants> = {
  'com.microsoft.MatMulNBits': {
    'of 4 bits': quantised(4, []),
    'of 4 bits with zero points': quantised(4, [bytes(6 * 2)]),
    'of 8 bits': quantised(8, []),
    'of 8 bits with zero points': quantised(8, [bytes(6 * 3)]),
    'with a bias': quantised(4, [undefined, undefined, noise(6)]),
  },
};

/** Variants of every operator that onnxruntime runs on a processor, by operator. */
export const fusedNodes: Readonly<Record<string, Variants>> = {
  ...activations,
  ...normalisations,
  ...rotary,
  ...products,
  ...quantisedNodes,
  ...attentionNodes,
  Attention: standardAttentionNodes,
};
