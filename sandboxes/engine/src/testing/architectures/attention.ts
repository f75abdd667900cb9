import type { ExportWriter } from './export-writer.js';

export interface Width {
  readonly dim: number;
  readonly heads: number;
}

/** [batch, length, dim] to [batch, heads, length, size], each size read from the value itself. */
function headsOf(w: ExportWriter, x: string, { dim, heads }: Width): string {
  return w.op('Transpose', [w.view(x, w.size(x, 0), w.size(x, 1), heads, dim / heads)], { perm: [0, 2, 1, 3] });
}

/** Self-attention as transformers exports it eagerly: scores divided by a constant, the mask added. */
export function selfAttention(
  w: ExportWriter,
  x: string,
  { name, mask, ...width }: Width & { name: string; mask?: string },
): string {
  const { dim, heads } = width;
  const part = (which: string): string => headsOf(w, w.linear(x, `${name}.${which}`, { from: dim, to: dim }), width);
  const [query, key, value] = [part('query'), part('key'), part('value')];
  const scores = w.op('MatMul', [query, w.op('Transpose', [key], { perm: [0, 1, 3, 2] })]);
  const scaled = w.op('Div', [scores, w.scalar(Math.sqrt(dim / heads))]);
  const masked = mask === undefined ? scaled : w.op('Add', [scaled, mask]);
  const mixed = w.op('MatMul', [w.op('Softmax', [masked], { axis: -1 }), value]);
  const back = w.op('Transpose', [mixed], { perm: [0, 2, 1, 3] });
  const merged = w.view(back, w.size(back, 0), w.size(back, 1), dim);
  return w.linear(merged, `${name}.output.dense`, { from: dim, to: dim });
}

/** The exact GELU as five nodes. */
export function erfGelu(w: ExportWriter, x: string): string {
  const error = w.op('Erf', [w.op('Div', [x, w.scalar(Math.SQRT2)])]);
  return w.op('Mul', [w.op('Mul', [x, w.op('Add', [error, w.scalar(1)])]), w.scalar(0.5)]);
}

/** Layer normalisation as operator sets before 17 write it. */
export function spelledLayerNorm(w: ExportWriter, x: string, { name, dim }: { name: string; dim: number }): string {
  const centred = w.op('Sub', [x, w.op('ReduceMean', [x], { axes: [-1], keepdims: 1 })]);
  const variance = w.op('ReduceMean', [w.op('Pow', [centred, w.scalar(2)])], { axes: [-1], keepdims: 1 });
  const normal = w.op('Div', [centred, w.op('Sqrt', [w.op('Add', [variance, w.scalar(1e-12)])])]);
  const scaled = w.op('Mul', [normal, w.weight(`${name}.weight`, [dim], { centre: 1, spread: 0.2 })]);
  return w.op('Add', [scaled, w.weight(`${name}.bias`, [dim], { spread: 0.1 })]);
}

/** Ones above the diagonal times the lowest number: [length, length], for any length. */
export function laterKeys(w: ExportWriter, length: string): string {
  const square = w.op('Concat', [length, length], { axis: 0 });
  const lowest = w.op('Expand', [w.scalar(-3.4028234663852886e38), square]);
  const above = w.op('Trilu', [lowest, w.integer(1)], { upper: 1 });
  return above;
}
