import type { Model } from '../../model/model.js';
import { float32, int64 } from '../../tensors/tensor.js';
import { erfGelu, laterKeys, selfAttention, spelledLayerNorm, type Width } from './attention.js';
import { ExportWriter } from './export-writer.js';
import { patchTokens, visionBlock } from './vision.js';

export interface TextSize extends Width {
  readonly depth: number;
  readonly words: number;
  readonly positions: number;
}

/** Rows of a stored list of positions, as many as there are words. */
function positionRows(
  w: ExportWriter,
  ids: string,
  { name, dim, positions }: { name: string; dim: number; positions: number },
): string {
  const all = w.stored(
    `${name}.position_ids`,
    int64(
      [1, positions],
      Array.from({ length: positions }, (_, at) => at),
    ),
  );
  const used = w.op('Slice', [all, w.integers(0), w.size(ids, 1), w.integers(1)]);
  return w.op('Gather', [w.weight(`${name}.position_embeddings.weight`, [positions, dim]), used]);
}

/** 0 where a word counts and the lowest number where it is padding: [batch, 1, 1, length]. */
function paddingMask(w: ExportWriter, attentionMask: string): string {
  const FLOAT = 1;
  const wide = w.op('Unsqueeze', [w.op('Unsqueeze', [attentionMask, w.integers(1)]), w.integers(2)]);
  const missing = w.op('Sub', [w.scalar(1), w.op('Cast', [wide], { to: FLOAT })]);
  return w.op('Mul', [missing, w.scalar(-3.4028234663852886e38)]);
}

/** BertForSequenceClassification, operator set 17: post-norm blocks, masked attention, tanh pooler. */
export function bert({ classes, dim, heads, depth, words, positions }: TextSize & { classes: number }): Model {
  const w = new ExportWriter(17, 'bert');
  const ids = w.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const attentionMask = w.input('attention_mask', 'int64', ['batch_size', 'sequence_length']);
  const types = w.input('token_type_ids', 'int64', ['batch_size', 'sequence_length']);
  const name = 'bert.embeddings';
  const mask = paddingMask(w, attentionMask);
  const word = w.op('Gather', [w.weight(`${name}.word_embeddings.weight`, [words, dim]), ids]);
  const type = w.op('Gather', [w.weight(`${name}.token_type_embeddings.weight`, [2, dim]), types]);
  const sum = w.op('Add', [w.op('Add', [word, type]), positionRows(w, ids, { name, dim, positions })]);
  let x = w.layerNorm(sum, `${name}.LayerNorm`, dim);
  for (let layer = 0; layer < depth; layer += 1) {
    const block = `bert.encoder.layer.${layer}`;
    const attended = selfAttention(w, x, { name: `${block}.attention`, dim, heads, mask });
    x = w.layerNorm(w.op('Add', [attended, x]), `${block}.attention.output.LayerNorm`, dim);
    const up = erfGelu(w, w.linear(x, `${block}.intermediate.dense`, { from: dim, to: 2 * dim }));
    const down = w.linear(up, `${block}.output.dense`, { from: 2 * dim, to: dim });
    x = w.layerNorm(w.op('Add', [down, x]), `${block}.output.LayerNorm`, dim);
  }
  const first = w.op('Gather', [x, w.integer(0)], { axis: 1 });
  const dense = (value: string, part: string, to: number): string =>
    w.op('Gemm', [value, w.weight(`${part}.weight`, [to, dim]), w.weight(`${part}.bias`, [to])], {
      alpha: { float: 1 },
      beta: { float: 1 },
      transB: 1,
    });
  const pooled = w.op('Tanh', [dense(first, 'bert.pooler.dense', dim)]);
  return w.model({ logits: dense(pooled, 'classifier', classes) });
}

/** x / |x| as `x / x.norm(dim=-1, keepdim=True)` is exported. */
const unitLength = (w: ExportWriter, x: string): string =>
  w.op('Div', [x, w.op('ReduceL2', [x], { axes: [-1], keepdims: 1 })]);

/** CLIPModel, operator set 14: both towers in one graph, `logits_per_image` [pictures, texts] by a learned scale. */
export function clip({
  text,
  vision,
}: {
  text: TextSize;
  vision: Width & { depth: number; patch: number; patches: number };
}): Model {
  const w = new ExportWriter(14, 'clip');
  const ids = w.input('input_ids', 'int64', ['text_batch_size', 'sequence_length']);
  const pixels = w.input('pixel_values', 'float32', ['image_batch_size', 3, 'height', 'width']);
  const space = 8;

  let picture = patchTokens(w, pixels, { ...vision, prefix: 'vision_model.embeddings' });
  for (let layer = 0; layer < vision.depth; layer += 1)
    picture = visionBlock(w, picture, { ...vision, name: `vision_model.encoder.layers.${layer}` });
  const seen = w.op('Gather', [picture, w.integer(0)], { axis: 1 });
  const pictures = unitLength(w, w.linear(seen, 'visual_projection', { from: vision.dim, to: space, bias: false }));

  const { dim, heads, depth, words, positions } = text;
  const name = 'text_model.embeddings';
  const word = w.op('Gather', [w.weight(`${name}.token_embedding.weight`, [words, dim]), ids]);
  let x = w.op('Add', [word, positionRows(w, ids, { name, dim, positions })]);
  const mask = laterKeys(w, w.size(ids, 1));
  for (let layer = 0; layer < depth; layer += 1)
    x = clipTextBlock(w, x, { name: `text_model.encoder.layers.${layer}`, dim, heads, mask });
  // The row of the last word, which has the highest number: x[arange(batch), ids.argmax(-1)]
  const ends = w.op('ArgMax', [ids], { axis: 1, keepdims: 0 });
  const rows = w.op('Range', [w.integer(0), w.op('Squeeze', [w.size(ids, 0), w.integers(0)]), w.integer(1)]);
  const places = w.op(
    'Concat',
    [w.op('Unsqueeze', [rows, w.integers(-1)]), w.op('Unsqueeze', [ends, w.integers(-1)])],
    {
      axis: -1,
    },
  );
  const last = w.op('GatherND', [x, places]);
  const texts = unitLength(w, w.linear(last, 'text_projection', { from: dim, to: space, bias: false }));

  const scale = w.op('Exp', [w.stored('logit_scale', float32([], [1.5]))]);
  const perText = w.op('Mul', [w.op('MatMul', [texts, w.op('Transpose', [pictures], { perm: [1, 0] })]), scale]);
  return w.model({
    logits_per_image: w.op('Transpose', [perText], { perm: [1, 0] }),
    text_embeds: texts,
    image_embeds: pictures,
  });
}

/** With QuickGELU: x * sigmoid(1.702 x). */
function clipTextBlock(
  w: ExportWriter,
  x: string,
  { name, dim, heads, mask }: Width & { name: string; mask: string },
): string {
  const attended = selfAttention(w, spelledLayerNorm(w, x, { name: `${name}.layer_norm1`, dim }), {
    name: `${name}.self_attn`,
    dim,
    heads,
    mask,
  });
  const y = w.op('Add', [x, attended]);
  const up = w.linear(spelledLayerNorm(w, y, { name: `${name}.layer_norm2`, dim }), `${name}.mlp.fc1`, {
    from: dim,
    to: 2 * dim,
  });
  const gate = w.op('Sigmoid', [w.op('Mul', [up, w.scalar(1.702)])]);
  return w.op('Add', [y, w.linear(w.op('Mul', [up, gate]), `${name}.mlp.fc2`, { from: 2 * dim, to: dim })]);
}
