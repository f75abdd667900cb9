import type { Model } from '../../model/model.js';
import { float32, tensor } from '../../tensors/tensor.js';
import { ExportWriter } from './export-writer.js';
import type { DecoderSize } from './qwen3.js';

const MICROSOFT = { domain: 'com.microsoft' };
const INT32 = 6;
const epsilon = { epsilon: { float: 1e-6 } };

interface FusedSize extends DecoderSize {
  /** Whether the projections of attention are 4-bit blocks: a base for LoRA. */
  readonly quantised?: boolean;
}

/** x [.., from] times a matrix of 4-bit numbers in blocks of 16, each block with its scale. */
function matMulNBits(
  w: ExportWriter,
  x: string,
  { name, from, to }: { name: string; from: number; to: number },
): string {
  const block = 16;
  const blocks = from / block;
  const packed = Uint8Array.from({ length: (to * from) / 2 }, (_, at) => (at * 89 + 31 * name.length) % 256);
  const scales = Float32Array.from({ length: to * blocks }, (_, at) => 0.02 + 0.01 * Math.sin(at));
  const inputs = [
    x,
    w.stored(`${name}.MatMul.weight_Q4G16`, tensor('uint8', [to, blocks, block / 2], packed)),
    w.stored(`${name}.MatMul.weight_scales`, float32([to * blocks], scales)),
  ];
  return w.op('MatMulNBits', inputs, { K: from, N: to, bits: 4, block_size: block, accuracy_level: 1 }, MICROSOFT);
}

/** As the model builder of onnxruntime-genai writes it: the norm of each head between two reshapes. */
function headNorm(
  w: ExportWriter,
  x: string,
  { name, count, size }: { name: string; count: number; size: number },
): string {
  const rows = w.op('Reshape', [x, w.integers(0, -1, size)]);
  const scale = w.weight(`${name}.layernorm.weight`, [size], { centre: 1, spread: 0.2 });
  const normal = w.op('SimplifiedLayerNormalization', [rows, scale], { axis: -1, stash_type: 1, ...epsilon });
  return w.op('Reshape', [normal, w.integers(0, -1, count * size)]);
}

/** Lengths as GroupQueryAttention reads them, from the mask: each row's last place, and the longest length. */
function lengthsOf(w: ExportWriter, attentionMask: string): { last: string; total: string } {
  const sums = w.op('ReduceSum', [attentionMask, w.integers(1)], { keepdims: 0 });
  const last = w.op('Cast', [w.op('Sub', [sums, w.integers(1)])], { to: INT32 });
  const length = w.op('Gather', [w.op('Shape', [attentionMask]), w.integer(1)], { axis: 0 });
  return { last, total: w.op('Cast', [length], { to: INT32 }) };
}

interface Attention extends FusedSize {
  readonly layer: number;
  readonly lengths: { readonly last: string; readonly total: string };
}

function attention(w: ExportWriter, x: string, of: Attention): string {
  const { layer, dim, heads, groups, size, quantised = false } = of;
  const name = `model.layers.${layer}.attn`;
  const projected = (part: string, count: number): string => {
    const matrix = { from: dim, to: count * size };
    return quantised
      ? matMulNBits(w, x, { name: `${name}.${part}_proj`, ...matrix })
      : w.linear(x, `${name}.${part}_proj`, { ...matrix, bias: false });
  };
  const query = headNorm(w, projected('q', heads), { name: `${name}.q_norm`, count: heads, size });
  const key = headNorm(w, projected('k', groups), { name: `${name}.k_norm`, count: groups, size });
  const past = ['key', 'value'].map((part) =>
    w.input(`past_key_values.${layer}.${part}`, 'float32', ['batch_size', groups, 'past_sequence_length', size]),
  );
  const angles = Float32Array.from(
    { length: 16 * (size / 2) },
    (_, at) => Math.floor((2 * at) / size) * 10_000 ** (-(2 * (at % (size / 2))) / size),
  );
  const cos = w.stored('cos_cache', float32([16, size / 2], angles.map(Math.cos)));
  const sin = w.stored('sin_cache', float32([16, size / 2], angles.map(Math.sin)));
  const mixed = w.op(
    'GroupQueryAttention',
    [query, key, projected('v', groups), ...past, of.lengths.last, of.lengths.total, cos, sin],
    {
      num_heads: heads,
      kv_num_heads: groups,
      do_rotary: 1,
      rotary_interleaved: 0,
      scale: { float: 1 / Math.sqrt(size) },
    },
    {
      ...MICROSOFT,
      outputs: [`${name}/GroupQueryAttention/output_0`, `present.${layer}.key`, `present.${layer}.value`],
    },
  );
  return w.linear(mixed, `${name}.o_proj`, { from: heads * size, to: dim, bias: false });
}

function swiGlu(w: ExportWriter, x: string, { name, dim }: { name: string; dim: number }): string {
  const [gate, up] = ['gate', 'up'].map((part) =>
    w.linear(x, `${name}.${part}_proj`, { from: dim, to: 2 * dim, bias: false }),
  );
  const silu = w.op('QuickGelu', [gate!], { alpha: { float: 1 } }, MICROSOFT);
  return w.linear(w.op('Mul', [silu, up!]), `${name}.down_proj`, { from: 2 * dim, to: dim, bias: false });
}

/** Qwen3 as the model builder of onnxruntime-genai writes it: com.microsoft operators, a cache that is fed and answered. */
export function qwen3Fused(of: FusedSize): Model {
  const { dim, depth, words } = of;
  const w = new ExportWriter(21, 'qwen3 fused');
  const ids = w.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const lengths = lengthsOf(w, w.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']));
  const scale = (name: string): string => w.weight(`${name}.weight`, [dim], { centre: 1, spread: 0.2 });
  let sum = w.op('Gather', [w.weight('model.embed_tokens.weight', [words, dim]), ids]);
  let x = w.op('SimplifiedLayerNormalization', [sum, scale('model.layers.0.input_layernorm')], {
    axis: -1,
    stash_type: 1,
    ...epsilon,
  });
  const skip = (name: string, branch: string): void => {
    const outputs = [`/${name}/output_0`, '', '', `/${name}/output_3`];
    x = w.op('SkipSimplifiedLayerNormalization', [sum, branch, scale(name)], epsilon, { ...MICROSOFT, outputs });
    sum = outputs[3]!;
  };
  for (let layer = 0; layer < depth; layer += 1) {
    const name = `model.layers.${layer}`;
    skip(`${name}.post_attention_layernorm`, attention(w, x, { ...of, layer, lengths }));
    const next = layer + 1 < depth ? `model.layers.${layer + 1}.input_layernorm` : 'model.final_norm';
    skip(next, swiGlu(w, x, { name: `${name}.mlp`, dim }));
  }
  const presents = Array.from({ length: depth }, (_, layer) => [
    `present.${layer}.key`,
    `present.${layer}.value`,
  ]).flat();
  return w.model({
    logits: w.linear(x, 'lm_head', { from: dim, to: words, bias: false }),
    ...Object.fromEntries(presents.map((name) => [name, name])),
  });
}
