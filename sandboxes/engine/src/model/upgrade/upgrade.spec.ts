import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type NodeProto,
} from '../../proto/onnx.gen.js';
import { attribute, copyOf } from '../../proto/messages.js';
import { openSession } from '../../runtime/session.js';
import { float32, type Tensor } from '../../tensors/tensor.js';
import { handWritten, op, type HandWritten } from '../../testing/hand-written.js';
import { upgraded } from './upgrade.js';

const range = (count: number, from = 0): Float32Array => Float32Array.from({ length: count }, (_, at) => from + at);
const floats = (name: string, values: number[]) =>
  create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: values });
const withAttributes = (node: NodeProto, ...more: NodeProto['attribute']): NodeProto =>
  copyOf(node, { attribute: [...node.attribute, ...more] });

interface Case extends Partial<HandWritten> {
  readonly nodes: NodeProto[];
  readonly shape: number[];
  /** First of the numbers that are fed, which go up by one. */
  readonly from?: number;
  /** Where onnxruntime no longer runs the old set: what it meant. */
  readonly meaning?: number[];
}

/** By operator and the set that changed it; each model reads `x` and answers `y`. */
const cases: Record<string, Case> = {
  'Squeeze and Unsqueeze, axes as attributes': {
    opset: 12,
    shape: [2, 1, 3],
    nodes: [op('Squeeze', ['x'], 'a', { axes: [1] }), op('Unsqueeze', ['a'], 'y', { axes: [0, 3] })],
  },
  'ReduceSum, axes as attribute': { opset: 11, shape: [2, 3], nodes: [op('ReduceSum', ['x'], 'y', { axes: [1] })] },
  'ReduceMean and ReduceMax, axes as attribute': {
    opset: 13,
    shape: [2, 3, 4],
    nodes: [
      op('ReduceMean', ['x'], 'a', { axes: [-1], keepdims: 0 }),
      op('ReduceMax', ['a'], 'y', { axes: [0], keepdims: 1 }),
    ],
  },
  'ReduceL2 of everything': { opset: 13, shape: [2, 3], nodes: [op('ReduceL2', ['x'], 'y')] },
  'Softmax over all axes from the second': { opset: 11, shape: [2, 3, 4], nodes: [op('Softmax', ['x'], 'y')] },
  'LogSoftmax over the last axis': { opset: 9, shape: [2, 3], nodes: [op('LogSoftmax', ['x'], 'y', { axis: 1 })] },
  'Hardmax over everything': { opset: 11, shape: [2, 3], nodes: [op('Hardmax', ['x'], 'y', { axis: 0 })] },
  'Split into given sizes': {
    opset: 11,
    shape: [5, 2],
    nodes: [op('Split', ['x'], ['a', 'b'], { axis: 0, split: [2, 3] }), op('Concat', ['b', 'a'], 'y', { axis: 0 })],
  },
  'Split into equal parts': {
    opset: 11,
    shape: [4, 2],
    nodes: [op('Split', ['x'], ['a', 'b']), op('Add', ['b', 'a'], 'y')],
  },
  'Clip with bounds as attributes': {
    opset: 10,
    shape: [6],
    nodes: [op('Clip', ['x'], 'y', { min: { float: 1.5 }, max: { float: 3.5 } })],
  },
  'Clip with one bound': { opset: 8, shape: [6], nodes: [op('Clip', ['x'], 'y', { max: { float: 2.5 } })] },
  'Pad with amounts and value as attributes': {
    opset: 10,
    shape: [2, 2],
    nodes: [op('Pad', ['x'], 'y', { pads: [0, 1, 1, 0], value: { float: 7 } })],
  },
  'Pad by reflection': { opset: 9, shape: [3], nodes: [op('Pad', ['x'], 'y', { pads: [2, 1], mode: 'reflect' })] },
  'Slice with attributes': {
    opset: 9,
    shape: [4, 3],
    nodes: [op('Slice', ['x'], 'y', { starts: [1, 0], ends: [9, -1], axes: [0, 1] })],
  },
  'TopK with k as attribute': { opset: 9, shape: [2, 5], nodes: [op('TopK', ['x'], ['y', 'i'], { k: 2 })] },
  'Dropout, which does nothing': {
    opset: 11,
    shape: [3],
    nodes: [op('Dropout', ['x'], 'y', { ratio: { float: 0.3 } })],
  },
  'Upsample to the nearest': {
    opset: 8,
    shape: [1, 1, 2, 2],
    nodes: [withAttributes(op('Upsample', ['x'], 'y'), floats('scales', [1, 1, 2, 3]))],
  },
  'Upsample linearly, scales as input': {
    opset: 9,
    shape: [1, 1, 2, 2],
    initializers: { s: float32([4], [1, 1, 2, 2]) },
    nodes: [op('Upsample', ['x', 's'], 'y', { mode: 'linear' })],
  },
  'Resize of set 10 to more': {
    opset: 10,
    shape: [1, 1, 2, 2],
    initializers: { s: float32([4], [1, 1, 1.7, 2]) },
    nodes: [op('Resize', ['x', 's'], 'y')],
  },
  'Resize of set 10 to less': {
    opset: 10,
    shape: [1, 1, 4, 4],
    initializers: { s: float32([4], [1, 1, 0.6, 0.6]) },
    nodes: [op('Resize', ['x', 's'], 'y')],
  },
  'BatchNormalization for inference': {
    opset: 8,
    shape: [1, 2, 2],
    initializers: {
      s: float32([2], [1, 2]),
      b: float32([2], [0, 1]),
      m: float32([2], [0.5, 1]),
      v: float32([2], [1, 4]),
    },
    nodes: [op('BatchNormalization', ['x', 's', 'b', 'm', 'v'], 'y', { momentum: { float: 0.8 } })],
  },
  Scatter: {
    opset: 10,
    shape: [3],
    initializers: { i: { type: 'int64', shape: [1], data: BigInt64Array.of(1n) }, u: float32([1], [9]) },
    nodes: [op('Scatter', ['x', 'i', 'u'], 'y')],
  },
  'GridSample with its old mode names': {
    opset: 16,
    shape: [1, 1, 2, 2],
    initializers: { g: float32([1, 1, 2, 2], [0.1, 0.2, -0.5, 0.4]) },
    nodes: [op('GridSample', ['x', 'g'], 'y', { mode: 'bicubic' })],
  },
  'GroupNormalization with scale and bias of groups': {
    opset: 18,
    shape: [1, 4, 2],
    initializers: { s: float32([2], [1, 2]), b: float32([2], [0, 5]) },
    nodes: [op('GroupNormalization', ['x', 's', 'b'], 'y', { num_groups: 2 })],
  },
  'DFT along an axis attribute': { opset: 17, shape: [1, 4, 1], nodes: [op('DFT', ['x'], 'y', { axis: 1 })] },
  'Add by axis, before values broadcast from the right': {
    opset: 6,
    shape: [2, 3],
    initializers: { b: float32([2], [10, 20]) },
    nodes: [op('Add', ['x', 'b'], 'y', { broadcast: 1, axis: 0 })],
    meaning: [10, 11, 12, 23, 24, 25],
  },
  'PRelu with a slope for each channel, before broadcasting': {
    opset: 6,
    shape: [1, 2, 2],
    from: -4,
    initializers: { s: float32([2], [0.5, 2]) },
    nodes: [op('PRelu', ['x', 's'], 'y')],
    meaning: [-2, -1.5, -4, -2],
  },
};

async function answer(model: ReturnType<typeof handWritten>, x: Tensor): Promise<Tensor> {
  await using session = await openSession(model, { threads: 1 });
  return (await session.run({ x }, ['y'])).y;
}

describe('a model of an older operator set means the same in 21', () => {
  it.each(Object.entries(cases))('%s', async (_, { shape, from, meaning, ...parts }) => {
    const model = handWritten({ inputs: { x: shape }, outputs: ['y'], ...parts });
    const x = float32(
      shape,
      range(
        shape.reduce((a, b) => a * b, 1),
        from,
      ),
    );
    const newer = upgraded(model);
    expect(newer.opset).toBe(21);
    const found = await answer(newer, x);
    const expected = meaning ? { ...found, data: Float32Array.from(meaning) } : await answer(model, x);
    expect(found.shape).toEqual(expected.shape);
    for (const [at, value] of (expected.data as Float32Array).entries())
      expect((found.data as Float32Array)[at]).toBeCloseTo(value, 5);
  });

  it('inside nested graphs', async () => {
    const branch = (name: string) =>
      create(AttributeProtoSchema, {
        name,
        type: AttributeType.GRAPH,
        g: handWritten({ outputs: ['s'], nodes: [op('ReduceMax', ['x'], 's', { axes: [1], keepdims: 0 })] }).graph,
      });
    const model = handWritten({
      opset: 13,
      inputs: { x: [2, 3] },
      outputs: ['y'],
      initializers: { yes: { type: 'bool', shape: [], data: Uint8Array.of(1) } },
      nodes: [withAttributes(op('If', ['yes'], 'y'), branch('then_branch'), branch('else_branch'))],
    });
    expect((await answer(upgraded(model), float32([2, 3], range(6)))).data).toEqual(Float32Array.of(2, 5));
  });
});

describe('a model of a newer operator set', () => {
  it('comes down to 21, or stays where its youngest operator is', () => {
    const plain = handWritten({ opset: 25, inputs: { x: [2] }, outputs: ['y'], nodes: [op('Neg', ['x'], 'y')] });
    expect(upgraded(plain).opset).toBe(21);
    const young = handWritten({ opset: 24, inputs: { x: [2] }, outputs: ['y'], nodes: [op('Swish', ['x'], 'y')] });
    expect(upgraded(young).opset).toBe(24);
    expect(upgraded(young)).toBe(young);
  });
});

describe('an operator younger than onnxruntime is written out', () => {
  it('SwiGLU', async () => {
    const model = handWritten({
      opset: 28,
      inputs: { x: [2] },
      outputs: ['y'],
      nodes: [op('SwiGLU', ['x', 'x'], 'y')],
    });
    const [zero, one] = (await answer(upgraded(model), float32([2], [0, 1]))).data as Float32Array;
    expect(zero).toBe(0);
    expect(one).toBeCloseTo(1 / (1 + Math.exp(-1)), 5);
  });

  it('CausalConvWithState', async () => {
    const model = handWritten({
      opset: 27,
      inputs: { x: [1, 1, 3] },
      outputs: ['y', 'state'],
      initializers: { w: float32([1, 1, 2], [10, 1]) },
      nodes: [op('CausalConvWithState', ['x', 'w'], ['y', 'state'])],
    });
    expect((await answer(upgraded(model), float32([1, 1, 3], [1, 2, 3]))).data).toEqual(Float32Array.of(1, 12, 23));
  });

  it('LinearAttention', async () => {
    const attributes = { q_num_heads: 1, kv_num_heads: 1, update_rule: 'linear', scale: { float: 1 } };
    const model = handWritten({
      opset: 27,
      inputs: { x: [1, 3, 1] },
      outputs: ['y'],
      nodes: [op('LinearAttention', ['x', 'x', 'x'], 'y', attributes)],
    });
    // The state sums k * v, and q reads it.
    expect((await answer(upgraded(model), float32([1, 3, 1], [1, 2, 3]))).data).toEqual(Float32Array.of(1, 10, 42));
  });
});

describe('a node that cannot be carried over', () => {
  it('is named', () => {
    const model = handWritten({
      opset: 12,
      inputs: { x: [1, 1, 2, 2] },
      outputs: ['y'],
      initializers: { s: float32([4], [1, 1, 2, 2]), r: float32([0], []) },
      nodes: [
        withAttributes(
          op('Resize', ['x', 'r', 's'], 'y'),
          attribute('coordinate_transformation_mode', 'tf_half_pixel_for_nn'),
        ),
      ],
    });
    expect(() => upgraded(model)).toThrow(
      /Node "Resize:y" \(Resize\): .*tf_half_pixel_for_nn.* Export the model again/,
    );
  });
});
