import { float32, int64, type Tensor } from '../tensors/tensor.js';
import { int32, noise, type FusedNode } from './fused-node.js';

const [BATCH, LENGTH, HEADS, SIZE, GROUPS] = [2, 5, 4, 16, 2];
const HIDDEN = HEADS * SIZE;
const x = noise(BATCH, LENGTH, HIDDEN);
/** Scores of a real size, so that what is masked is seen. */
const strong = (value: Tensor, factor: number): Tensor =>
  float32(
    value.shape,
    (value.data as Float32Array).map((v) => v * factor),
  );

const attention = (fields: Partial<FusedNode> & { rest?: readonly (Tensor | undefined)[] }): FusedNode => ({
  opType: 'Attention',
  inputs: [x, noise(HIDDEN, 3 * HIDDEN), noise(3 * HIDDEN), ...(fields.rest ?? [])],
  attributes: { num_heads: HEADS, ...fields.attributes },
  ...(fields.outputs ? { outputs: fields.outputs } : {}),
});

const past = (length: number): Tensor => noise(2, BATCH, HEADS, length, SIZE);
const keep = int32([BATCH, LENGTH], [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
const keepLeft = int32([BATCH, LENGTH], [1, 1, 1, 1, 1, 0, 0, 1, 1, 1]);

const contrib: Record<string, FusedNode> = {
  plain: attention({}),
  'with another scale': attention({ attributes: { scale: { float: 0.1 } } }),
  'looking back only': attention({ attributes: { unidirectional: 1 } }),
  'with a mask': attention({ rest: [keep] }),
  'with a mask, looking back only': attention({ rest: [keep], attributes: { unidirectional: 1 } }),
  'with a mask on the left, looking back only': {
    ...attention({ rest: [keepLeft], attributes: { unidirectional: 1 } }),
    saturated: true,
  },
  'with a weak mask, looking back only': attention({
    rest: [keepLeft],
    attributes: { unidirectional: 1, mask_filter_value: { float: -1 } },
  }),
  'with the lowest mask on the left, looking back only': {
    ...attention({
      rest: [keepLeft],
      attributes: { unidirectional: 1, mask_filter_value: { float: -3.4028234663852886e38 } },
    }),
    saturated: true,
  },
  'with a mask for each query': attention({
    rest: [
      int32(
        [BATCH, LENGTH, LENGTH],
        Array.from({ length: 50 }, (_, at) => Number(at % 3 !== 0)),
      ),
    ],
  }),
  'with lengths': attention({ rest: [int32([BATCH], [5, 3])] }),
  'with ends and starts': attention({ rest: [int32([2 * BATCH], [5, 4, 0, 2])] }),
  'with a bias for each score': attention({ rest: [undefined, undefined, noise(1, HEADS, LENGTH, LENGTH)] }),
  'with a past': attention({ rest: [undefined, past(3)], attributes: { unidirectional: 1 }, outputs: [0, 1] }),
  'with a past of length 0': attention({
    rest: [undefined, past(0)],
    attributes: { unidirectional: 1 },
    outputs: [0, 1],
  }),
  'with a past and a mask': attention({
    rest: [int32([BATCH, LENGTH + 1], [1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1]), past(1)],
    attributes: { unidirectional: 1 },
    outputs: [0, 1],
  }),
  'with values of another size': {
    opType: 'Attention',
    inputs: [x, noise(HIDDEN, 2 * HIDDEN + 16), noise(2 * HIDDEN + 16)],
    attributes: { num_heads: HEADS, qkv_hidden_sizes: [HIDDEN, HIDDEN, 16] },
  },
};

const total = 7;
const multiHead = (
  rest: readonly (Tensor | undefined)[],
  attributes: FusedNode['attributes'] = {},
  outputs = [0],
): FusedNode => ({
  opType: 'MultiHeadAttention',
  inputs: [x, noise(BATCH, total, HIDDEN), strong(noise(BATCH, total, HIDDEN), 2), ...rest],
  attributes: { num_heads: HEADS, ...attributes },
  outputs,
});
const selfAttention = (
  rest: readonly (Tensor | undefined)[],
  attributes: FusedNode['attributes'] = {},
  outputs = [0],
): FusedNode => ({
  opType: 'MultiHeadAttention',
  inputs: [x, noise(BATCH, LENGTH, HIDDEN), strong(noise(BATCH, LENGTH, HIDDEN), 2), ...rest],
  attributes: { num_heads: HEADS, ...attributes },
  outputs,
});
const pastHalf = (length: number): Tensor => noise(BATCH, HEADS, length, SIZE);

const multiHeadNodes: Record<string, FusedNode> = {
  'of other keys': multiHead([]),
  'with biases': multiHead([noise(3 * HIDDEN)]),
  'with a mask': multiHead([undefined, int32([BATCH, total], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0])]),
  'with lengths': multiHead([undefined, int32([BATCH], [7, 4])]),
  'with a mask for each query': selfAttention([
    undefined,
    int32(
      [BATCH, LENGTH, LENGTH],
      Array.from({ length: 50 }, (_, at) => Number(at % 3 !== 0)),
    ),
  ]),
  'with a bias for each score': multiHead([undefined, undefined, noise(BATCH, HEADS, LENGTH, total)]),
  'with a shared bias': multiHead([undefined, undefined, noise(1, 1, LENGTH, total)]),
  'looking back only, with another scale': selfAttention([], { unidirectional: 1, scale: { float: 0.2 } }),
  'with a past': selfAttention(
    [undefined, undefined, undefined, pastHalf(3), pastHalf(3)],
    { unidirectional: 1 },
    [0, 1, 2],
  ),
  'with keys that have their heads': {
    opType: 'MultiHeadAttention',
    inputs: [x, noise(BATCH, HEADS, total, SIZE), strong(noise(BATCH, HEADS, total, SIZE), 2)],
    attributes: { num_heads: HEADS },
  },
  'with keys that have their heads and a bias': {
    opType: 'MultiHeadAttention',
    inputs: [x, noise(BATCH, HEADS, total, SIZE), strong(noise(BATCH, HEADS, total, SIZE), 2), noise(3 * HIDDEN)],
    attributes: { num_heads: HEADS },
  },
};

const cos = float32(
  [16, SIZE / 2],
  Float32Array.from({ length: 16 * (SIZE / 2) }, (_, at) => Math.cos(at * 0.37)),
);
const sin = float32(
  [16, SIZE / 2],
  Float32Array.from({ length: 16 * (SIZE / 2) }, (_, at) => Math.sin(at * 0.37)),
);
const lengths = (...values: readonly number[]): Tensor => int32([BATCH], values);
const groupQuery = (
  fields: { rest?: readonly (Tensor | undefined)[]; past?: number; seqlens?: Tensor; total?: number },
  attributes: FusedNode['attributes'] = {},
): FusedNode => {
  const cached = fields.past === undefined ? undefined : noise(BATCH, GROUPS, fields.past, SIZE);
  return {
    opType: 'GroupQueryAttention',
    inputs: [
      x,
      noise(BATCH, LENGTH, GROUPS * SIZE),
      strong(noise(BATCH, LENGTH, GROUPS * SIZE), 2),
      cached,
      cached,
      fields.seqlens ?? lengths(LENGTH - 1, LENGTH - 1),
      int32([], [fields.total ?? LENGTH]),
      ...(fields.rest ?? []),
    ],
    stored: [7, 8],
    attributes: { num_heads: HEADS, kv_num_heads: GROUPS, ...attributes },
    outputs: [0, 1, 2],
  };
};

/** As while text is generated: `counts` places of each row's past are in use. */
function withPast({
  batch,
  length,
  past,
  counts,
}: {
  batch: number;
  length: number;
  past: number;
  counts: readonly number[];
}): FusedNode {
  const cached = noise(batch, GROUPS, past, SIZE);
  const fresh = noise(batch, length, GROUPS * SIZE);
  const seqlens = int32(
    [batch],
    counts.map((count) => count + length - 1),
  );
  return {
    opType: 'GroupQueryAttention',
    inputs: [noise(batch, length, HIDDEN), fresh, fresh, cached, cached, seqlens, int32([], [past + length]), cos, sin],
    stored: [7, 8],
    attributes: { num_heads: HEADS, kv_num_heads: GROUPS, do_rotary: 1 },
    outputs: [0, 1, 2],
  };
}

const groupQueryNodes: Record<string, FusedNode> = {
  plain: groupQuery({}),
  'with a past of length 0': groupQuery({ past: 0 }),
  packed: {
    opType: 'GroupQueryAttention',
    inputs: [
      noise(BATCH, LENGTH, (HEADS + 2 * GROUPS) * SIZE),
      undefined,
      undefined,
      undefined,
      undefined,
      lengths(LENGTH - 1, LENGTH - 1),
      int32([], [LENGTH]),
      cos,
      sin,
    ],
    stored: [7, 8],
    attributes: { num_heads: HEADS, kv_num_heads: GROUPS, do_rotary: 1 },
    outputs: [0, 1, 2],
  },
  turned: groupQuery({ rest: [cos, sin] }, { do_rotary: 1 }),
  'turned by neighbours': groupQuery({ rest: [cos, sin] }, { do_rotary: 1, rotary_interleaved: 1 }),
  'turned from a position on': groupQuery(
    { rest: [cos, sin, int64([BATCH, LENGTH], [3, 4, 5, 6, 7, 3, 4, 5, 6, 7])] },
    { do_rotary: 1 },
  ),
  'with another scale and a cap': groupQuery({}, { scale: { float: 0.5 }, softcap: { float: 0.7 } }),
  'with a window': groupQuery({}, { local_window_size: 2 }),
  'looking both ways': groupQuery({}, { causal: 0 }),
  'looking both ways, with padding': groupQuery({ seqlens: lengths(LENGTH - 1, 2) }, { causal: 0 }),
  'with a bias': groupQuery({ rest: [undefined, undefined, undefined, noise(1, HEADS, LENGTH, LENGTH)] }),
  'with a smooth softmax': groupQuery({}, { smooth_softmax: 1 }),
  'with sinks': groupQuery({ rest: [undefined, undefined, undefined, undefined, noise(HEADS)] }),
  'with a past, turned': withPast({ batch: 1, length: 3, past: 4, counts: [4] }),
  // Where a row's past counts in part, its present has a gap at another place than onnxruntime's.
  'with pasts that count in part, turned': {
    ...withPast({ batch: 2, length: 1, past: 4, counts: [4, 2] }),
    meaningful: [0],
  },
};

export const attentionNodes: Readonly<Record<string, Readonly<Record<string, FusedNode>>>> = {
  'com.microsoft.Attention': contrib,
  'com.microsoft.MultiHeadAttention': multiHeadNodes,
  'com.microsoft.GroupQueryAttention': groupQueryNodes,
};
