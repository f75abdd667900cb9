import type { Model } from '../../model/model.js';
import type { Width } from './attention.js';
import { ExportWriter } from './export-writer.js';
import type { TextSize } from './text.js';

/** transformers' Conv1D: rows flattened, a Gemm, the shape put back. */
function conv1d(w: ExportWriter, x: string, { name, from, to }: { name: string; from: number; to: number }): string {
  const [batch, length] = [w.size(x, 0), w.size(x, 1)];
  const rows = w.view(x, -1, from);
  const weight = w.weight(`${name}.weight`, [from, to], { spread: 1 / Math.sqrt(from) });
  const product = w.op('Gemm', [rows, weight, w.weight(`${name}.bias`, [to], { spread: 0.1 })], {
    alpha: { float: 1 },
    beta: { float: 1 },
  });
  return w.view(product, batch, length, to);
}

/** The GELU with tanh as eight nodes. */
function newGelu(w: ExportWriter, x: string): string {
  const cube = w.op('Mul', [w.op('Pow', [x, w.scalar(3)]), w.scalar(0.044715)]);
  const inner = w.op('Mul', [w.op('Add', [x, cube]), w.scalar(Math.sqrt(2 / Math.PI))]);
  const gate = w.op('Add', [w.op('Tanh', [inner]), w.scalar(1)]);
  return w.op('Mul', [w.op('Mul', [x, w.scalar(0.5)]), gate]);
}

/** Scores of keys that come later are replaced, not added to: Where over a slice of ones below the diagonal. */
function causalAttention(w: ExportWriter, x: string, { name, dim, heads }: Width & { name: string }): string {
  const parts = w.ops(
    'Split',
    [conv1d(w, x, { name: `${name}.c_attn`, from: dim, to: 3 * dim }), w.integers(dim, dim, dim)],
    3,
    { axis: 2 },
  );
  const headed = (part: string, perm: readonly number[]): string =>
    w.op('Transpose', [w.view(part, w.size(part, 0), w.size(part, 1), heads, dim / heads)], { perm });
  const [query, value] = [headed(parts[0]!, [0, 2, 1, 3]), headed(parts[2]!, [0, 2, 1, 3])];
  const scores = w.op('MatMul', [query, headed(parts[1]!, [0, 2, 3, 1])]);
  const scaled = w.op('Div', [scores, w.scalar(Math.sqrt(dim / heads))]);
  const length = w.size(scaled, 2);
  const ones = w.op('Expand', [
    w.scalar(1),
    w.op('Concat', [w.integers(1), w.integers(1), length, length], { axis: 0 }),
  ]);
  const BOOL = 9;
  const visible = w.op('Cast', [w.op('Trilu', [ones], { upper: 0 })], { to: BOOL });
  const masked = w.op('Where', [visible, scaled, w.scalar(-3.4028234663852886e38)]);
  const mixed = w.op('MatMul', [w.op('Softmax', [masked], { axis: -1 }), value]);
  const back = w.op('Transpose', [mixed], { perm: [0, 2, 1, 3] });
  const merged = w.view(back, w.size(back, 0), w.size(back, 1), dim);
  return conv1d(w, merged, { name: `${name}.c_proj`, from: dim, to: dim });
}

/** GPT2LMHeadModel, operator set 14 with LayerNormalization of 17: `input_ids` to `logits`, the head tied to the embeddings. */
export function gpt2({ dim, heads, depth, words, positions }: TextSize): Model {
  const w = new ExportWriter(17, 'gpt2');
  const ids = w.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const length = w.op('Squeeze', [w.size(ids, 1), w.integers(0)]);
  const places = w.op('Unsqueeze', [w.op('Range', [w.integer(0), length, w.integer(1)]), w.integers(0)]);
  const table = w.weight('transformer.wte.weight', [words, dim]);
  let x = w.op('Add', [
    w.op('Gather', [table, ids]),
    w.op('Gather', [w.weight('transformer.wpe.weight', [positions, dim]), places]),
  ]);
  for (let layer = 0; layer < depth; layer += 1) {
    const name = `transformer.h.${layer}`;
    x = w.op('Add', [causalAttention(w, w.layerNorm(x, `${name}.ln_1`, dim), { name: `${name}.attn`, dim, heads }), x]);
    const up = conv1d(w, w.layerNorm(x, `${name}.ln_2`, dim), { name: `${name}.mlp.c_fc`, from: dim, to: 2 * dim });
    x = w.op('Add', [x, conv1d(w, newGelu(w, up), { name: `${name}.mlp.c_proj`, from: 2 * dim, to: dim })]);
  }
  const normal = w.layerNorm(x, 'transformer.ln_f', dim);
  return w.model({ logits: w.op('MatMul', [normal, w.op('Transpose', [table], { perm: [1, 0] })]) });
}
