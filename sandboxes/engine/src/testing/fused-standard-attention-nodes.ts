import { int64, type Tensor } from '../tensors/tensor.js';
import { noise, type FusedNode } from './fused-node.js';

const [BATCH, LENGTH, TOTAL, HEADS, SIZE, GROUPS] = [2, 5, 7, 4, 16, 2];
const HIDDEN = HEADS * SIZE;
const x = noise(BATCH, LENGTH, HIDDEN);

const standard = (fields: Partial<FusedNode> & { inputs: FusedNode['inputs'] }): FusedNode => ({
  opType: 'Attention',
  domain: '',
  opset: 24,
  ...fields,
});
const headed = [
  noise(BATCH, HEADS, LENGTH, SIZE),
  noise(BATCH, GROUPS, TOTAL, SIZE),
  noise(BATCH, GROUPS, TOTAL, SIZE),
];
const square = [
  noise(BATCH, HEADS, LENGTH, SIZE),
  noise(BATCH, HEADS, LENGTH, SIZE),
  noise(BATCH, HEADS, LENGTH, SIZE),
];
const flags = (...shape: readonly number[]): Tensor => ({
  type: 'bool',
  shape,
  data: Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => Number(at % 4 !== 1)),
});

/** A float mask that hides the first keys of one row. */
const hiding = (row: number, count: number, columns = TOTAL, hidden = -Infinity): Tensor => {
  const mask = noise(LENGTH, columns);
  (mask.data as Float32Array).fill(hidden, row * columns, row * columns + count);
  return mask;
};

/** Attention of operator sets 23 and 24. */
export const standardAttentionNodes: Readonly<Record<string, FusedNode>> = {
  'with heads': standard({ inputs: headed }),
  flat: standard({
    inputs: [x, noise(BATCH, TOTAL, GROUPS * SIZE), noise(BATCH, TOTAL, GROUPS * SIZE)],
    attributes: { q_num_heads: HEADS, kv_num_heads: GROUPS },
  }),
  'looking back only': standard({ inputs: square, attributes: { is_causal: 1 } }),
  'looking back only, more keys than queries': standard({ inputs: headed, attributes: { is_causal: 1 } }),
  'with a float mask': standard({ inputs: [...headed, noise(LENGTH, TOTAL)] }),
  'with flags': standard({ inputs: [...headed, flags(BATCH, 1, LENGTH, TOTAL)] }),
  'with flags, looking back only': standard({
    inputs: [...square, flags(LENGTH, LENGTH)],
    attributes: { is_causal: 1 },
  }),
  'with a scale, a cap and a mask': standard({
    inputs: [...headed, noise(LENGTH, TOTAL)],
    attributes: { scale: { float: 0.3 }, softcap: { float: 0.8 } },
  }),
  'with a past': standard({
    inputs: [...square, undefined, noise(BATCH, HEADS, 3, SIZE), noise(BATCH, HEADS, 3, SIZE)],
    attributes: { is_causal: 1 },
    outputs: [0, 1, 2],
  }),
  'with lengths': standard({ inputs: [...headed, undefined, undefined, undefined, int64([BATCH], [7, 4])] }),
  'with lengths, looking back only': standard({
    inputs: [...headed, undefined, undefined, undefined, int64([BATCH], [7, 5])],
    attributes: { is_causal: 1 },
  }),
  'with a row that sees nothing': standard({
    inputs: [
      ...headed,
      { type: 'bool', shape: [LENGTH, TOTAL], data: Uint8Array.from({ length: 35 }, (_, at) => Number(at >= 7)) },
    ],
  }),
  'with a float mask that hides a row': standard({ inputs: [...headed, hiding(0, TOTAL)] }),
  'with a float mask that hides what lengths leave': standard({
    inputs: [...headed, hiding(0, 4), undefined, undefined, int64([BATCH], [7, 4])],
  }),
  'with a float mask that hides what looking back leaves': standard({
    inputs: [...square, hiding(1, 2, LENGTH)],
    attributes: { is_causal: 1 },
  }),
  'with the lowest numbers all along a row': standard({
    inputs: [...headed, hiding(0, TOTAL, TOTAL, -3.4028234663852886e38)],
    saturated: true,
  }),
  'with scores': standard({ inputs: headed, outputs: [0, 3] }),
  'with biased scores': standard({
    inputs: [...headed, noise(LENGTH, TOTAL)],
    attributes: { qk_matmul_output_mode: 1, softcap: { float: 0.8 } },
    outputs: [0, 3],
  }),
  'with capped scores': standard({
    inputs: [...headed, noise(LENGTH, TOTAL)],
    attributes: { qk_matmul_output_mode: 2, softcap: { float: 0.8 } },
    outputs: [0, 3],
  }),
  'with weights': standard({ inputs: headed, attributes: { qk_matmul_output_mode: 3 }, outputs: [0, 3] }),
};
