import type { Model } from '../../model/model.js';
import { erfGelu, selfAttention, spelledLayerNorm, type Width } from './attention.js';
import { ExportWriter } from './export-writer.js';

export interface PictureTower extends Width {
  readonly prefix: string;
  readonly depth: number;
  readonly patch: number;
  readonly patches: number;
}

/** Patches of pictures [batch, 3, height, width] behind a class token, with positions: [batch, 1 + patches, dim]. */
export function patchTokens(w: ExportWriter, pixels: string, { prefix, dim, patch, patches }: PictureTower): string {
  const weight = w.weight(`${prefix}.patch_embeddings.projection.weight`, [dim, 3, patch, patch]);
  const bias = w.weight(`${prefix}.patch_embeddings.projection.bias`, [dim], { spread: 0.1 });
  const convolved = w.op('Conv', [pixels, weight, bias], {
    dilations: [1, 1],
    group: 1,
    kernel_shape: [patch, patch],
    pads: [0, 0, 0, 0],
    strides: [patch, patch],
  });
  // flatten(2).transpose(1, 2)
  const leading = w.op('Slice', [w.op('Shape', [convolved]), w.integers(0), w.integers(2), w.integers(0)]);
  const flat = w.op('Reshape', [convolved, w.op('Concat', [leading, w.integers(-1)], { axis: 0 })]);
  const tokens = w.op('Transpose', [flat], { perm: [0, 2, 1] });
  // cls_token.expand(batch, -1, -1)
  const asked = w.op('Concat', [w.size(pixels, 0), w.integers(-1), w.integers(-1)], { axis: 0 });
  const unchanged = w.op('Equal', [asked, w.integers(-1, -1, -1)]);
  const sizes = w.op('Where', [unchanged, w.integers(1, 1, 1), asked]);
  const first = w.op('Expand', [w.weight(`${prefix}.cls_token`, [1, 1, dim]), sizes]);
  const all = w.op('Concat', [first, tokens], { axis: 1 });
  return w.op('Add', [all, w.weight(`${prefix}.position_embeddings`, [1, 1 + patches, dim])]);
}

export function visionBlock(w: ExportWriter, x: string, { name, dim, heads }: Width & { name: string }): string {
  const attended = selfAttention(w, spelledLayerNorm(w, x, { name: `${name}.layernorm_before`, dim }), {
    name: `${name}.attention`,
    dim,
    heads,
  });
  const y = w.op('Add', [attended, x]);
  const up = w.linear(spelledLayerNorm(w, y, { name: `${name}.layernorm_after`, dim }), `${name}.intermediate.dense`, {
    from: dim,
    to: 2 * dim,
  });
  const down = w.linear(erfGelu(w, up), `${name}.output.dense`, { from: 2 * dim, to: dim });
  return w.op('Add', [down, y]);
}

/** ViTForImageClassification, operator set 14: `pixel_values` to `logits` [batch, classes]. */
export function vit({ classes, ...size }: Omit<PictureTower, 'prefix'> & { classes: number }): Model {
  const w = new ExportWriter(14, 'vit');
  const pixels = w.input('pixel_values', 'float32', ['batch_size', 'num_channels', 'height', 'width']);
  const prefix = 'vit.embeddings';
  let x = patchTokens(w, pixels, { ...size, prefix });
  for (let layer = 0; layer < size.depth; layer += 1)
    x = visionBlock(w, x, { name: `vit.encoder.layer.${layer}`, dim: size.dim, heads: size.heads });
  const normal = spelledLayerNorm(w, x, { name: 'vit.layernorm', dim: size.dim });
  const first = w.op('Gather', [normal, w.integer(0)], { axis: 1 });
  const head = w.weight('classifier.weight', [classes, size.dim]);
  return w.model({ logits: w.op('Gemm', [first, head, w.weight('classifier.bias', [classes])], { transB: 1 }) });
}
