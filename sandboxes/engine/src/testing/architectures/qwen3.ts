import type { Model } from '../../model/model.js';
import { float32 } from '../../tensors/tensor.js';
import { laterKeys } from './attention.js';
import { ExportWriter } from './export-writer.js';

export interface DecoderSize {
  readonly dim: number;
  readonly heads: number;
  /** Heads of keys and values. */
  readonly groups: number;
  /** Size of one head, which need not be dim / heads. */
  readonly size: number;
  readonly depth: number;
  readonly words: number;
}

const FLOAT = 1;

function rmsNorm(w: ExportWriter, x: string, { name, size }: { name: string; size: number }): string {
  const mean = w.op('ReduceMean', [w.op('Pow', [x, w.scalar(2)])], { axes: [-1], keepdims: 1 });
  const root = w.op('Sqrt', [w.op('Add', [mean, w.scalar(1e-6)])]);
  const normal = w.op('Mul', [x, w.op('Div', [w.scalar(1), root])]);
  return w.op('Mul', [w.weight(`${name}.weight`, [size], { centre: 1, spread: 0.2 }), normal]);
}

/** cos and sin of every place and frequency: [batch, 1, length, size]. */
function rotations(w: ExportWriter, positions: string, size: number): { cos: string; sin: string } {
  const frequencies = Array.from({ length: size / 2 }, (_, at) => 10_000 ** ((-2 * at) / size));
  const inverse = w.constant(float32([1, size / 2, 1], frequencies));
  const row = w.op('Cast', [w.op('Unsqueeze', [positions, w.integers(1)])], { to: FLOAT });
  const angles = w.op('Transpose', [w.op('MatMul', [inverse, row])], { perm: [0, 2, 1] });
  const both = w.op('Concat', [angles, angles], { axis: -1 });
  const wide = (wave: string): string => w.op('Unsqueeze', [w.op(wave, [both]), w.integers(1)]);
  return { cos: wide('Cos'), sin: wide('Sin') };
}

/** x * cos + rotate_half(x) * sin, the halves cut where the size of the value says. */
function rotated(w: ExportWriter, x: string, { cos, sin }: { cos: string; sin: string }): string {
  const half = w.op('Div', [w.size(x, 3), w.integers(2)]);
  const [axis, end] = [w.integers(3), w.integers(Number.MAX_SAFE_INTEGER)];
  const left = w.op('Slice', [x, w.integers(0), half, axis, w.integers(1)]);
  const right = w.op('Slice', [x, half, end, axis, w.integers(1)]);
  const turned = w.op('Concat', [w.op('Neg', [right]), left], { axis: -1 });
  return w.op('Add', [w.op('Mul', [x, cos]), w.op('Mul', [turned, sin])]);
}

/** repeat_kv: [batch, groups, length, size] to [batch, heads, length, size] through an expanded axis. */
function repeated(w: ExportWriter, x: string, { heads, groups, size }: DecoderSize): string {
  const [batch, length] = [w.size(x, 0), w.size(x, 2)];
  const wide = w.op('Unsqueeze', [x, w.integers(2)]);
  const target = w.op('Concat', [batch, w.integers(groups), w.integers(heads / groups), length, w.integers(size)], {
    axis: 0,
  });
  return w.view(w.op('Expand', [wide, target]), batch, heads, length, size);
}

interface Context extends DecoderSize {
  readonly name: string;
  readonly turns: { readonly cos: string; readonly sin: string };
  readonly mask: string;
}

/** As SDPA is exported: both sides scaled by the fourth root of the size. */
function attention(w: ExportWriter, x: string, of: Context): string {
  const { name, dim, heads, groups, size, turns, mask } = of;
  const headed = (part: string, count: number, norm: boolean): string => {
    const y = w.linear(x, `${name}.${part}_proj`, { from: dim, to: count * size, bias: false });
    const split = w.view(y, w.size(y, 0), w.size(y, 1), count, size);
    const normal = norm ? rmsNorm(w, split, { name: `${name}.${part}_norm`, size }) : split;
    return w.op('Transpose', [normal], { perm: [0, 2, 1, 3] });
  };
  const query = rotated(w, headed('q', heads, true), turns);
  const key = repeated(w, rotated(w, headed('k', groups, true), turns), of);
  const value = repeated(w, headed('v', groups, false), of);
  const width = w.op('Cast', [w.size(query, 3)], { to: FLOAT });
  const root = w.op('Sqrt', [w.op('Div', [w.scalar(1), w.op('Sqrt', [width])])]);
  const turnedKey = w.op('Transpose', [key], { perm: [0, 1, 3, 2] });
  const scores = w.op('MatMul', [w.op('Mul', [query, root]), w.op('Mul', [turnedKey, root])]);
  const weights = w.op('Softmax', [w.op('Add', [scores, mask])], { axis: -1 });
  const back = w.op('Transpose', [w.op('MatMul', [weights, value])], { perm: [0, 2, 1, 3] });
  const merged = w.view(back, w.size(back, 0), w.size(back, 1), -1);
  return w.linear(merged, `${name}.o_proj`, { from: heads * size, to: dim, bias: false });
}

/** down(silu(gate) * up) */
function swiGlu(w: ExportWriter, x: string, { name, dim }: { name: string; dim: number }): string {
  const [gate, up] = ['gate', 'up'].map((part) =>
    w.linear(x, `${name}.${part}_proj`, { from: dim, to: 2 * dim, bias: false }),
  );
  const silu = w.op('Mul', [gate!, w.op('Sigmoid', [gate!])]);
  return w.linear(w.op('Mul', [silu, up!]), `${name}.down_proj`, { from: 2 * dim, to: dim, bias: false });
}

/** Qwen3ForCausalLM, operator set 17, every part spelled out: `input_ids`, `attention_mask`, `position_ids` to `logits`. */
export function qwen3(of: DecoderSize): Model {
  const { dim, size, depth, words } = of;
  const w = new ExportWriter(17, 'qwen3');
  const ids = w.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const attentionMask = w.input('attention_mask', 'int64', ['batch_size', 'sequence_length']);
  const positions = w.input('position_ids', 'int64', ['batch_size', 'sequence_length']);
  const turns = rotations(w, positions, size);
  const padding = w.op('Equal', [w.op('Unsqueeze', [attentionMask, w.integers(1, 2)]), w.integer(0)]);
  const mask = w.op('Where', [padding, w.scalar(-3.4028234663852886e38), laterKeys(w, w.size(ids, 1))]);
  let x = w.op('Gather', [w.weight('model.embed_tokens.weight', [words, dim]), ids]);
  for (let layer = 0; layer < depth; layer += 1) {
    const name = `model.layers.${layer}`;
    const before = rmsNorm(w, x, { name: `${name}.input_layernorm`, size: dim });
    x = w.op('Add', [x, attention(w, before, { ...of, name: `${name}.self_attn`, turns, mask })]);
    const after = rmsNorm(w, x, { name: `${name}.post_attention_layernorm`, size: dim });
    x = w.op('Add', [x, swiGlu(w, after, { name: `${name}.mlp`, dim })]);
  }
  const normal = rmsNorm(w, x, { name: 'model.norm', size: dim });
  return w.model({ logits: w.linear(normal, 'lm_head', { from: dim, to: words, bias: false }) });
}
