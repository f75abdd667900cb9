import type { NodeProto } from '../../proto/onnx.gen.js';
import {
  attribute,
  copyOf,
  floatAttribute,
  intAttribute,
  intsAttribute,
  stringAttribute,
} from '../../proto/messages.js';
import { float32 } from '../../tensors/tensor.js';
import {
  constant,
  holds,
  newNode,
  NotUpgradable,
  scalarLike,
  vector,
  withInputs,
  without,
  type UpgradeRule,
} from './rule.js';

/** The operators whose axes became an input in 18; ReduceSum went ahead in 13. */
const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'].map(
  (name) => `Reduce${name}`,
);

const attributeToInput =
  (name: string, position: number): UpgradeRule =>
  (old, scope) => {
    const found = intsAttribute(old, name);
    return found ? withInputs(without(old, name), scope, inputAt(position, vector(found))) : [old];
  };

function inputAt<T>(position: number, value: T): (T | undefined)[] {
  const inputs: (T | undefined)[] = Array.from({ length: position });
  return [...inputs, value];
}

/** Until 7, the second value was laid along the first one's axes from `axis` on; since then both meet at their last axes. */
const numpyBroadcast: UpgradeRule = (old, scope) => {
  const bare = without(old, 'broadcast', 'axis');
  if (intAttribute(old, 'broadcast', 0) === 0 || !holds(old, 'axis')) return [bare];
  const [left, right] = [old.input[0]!, old.input[1]!];
  const [to, from] = [scope.recorded(left)?.shape, scope.recorded(right)?.shape];
  if (!to || !from) throw new NotUpgradable(old, 'expected recorded shapes to broadcast by axis, found none.');
  const axis = intAttribute(old, 'axis', 0);
  const after = to.length - (axis < 0 ? axis + to.length : axis) - from.length;
  if (after === 0) return [bare];
  const axes = Array.from({ length: after }, (_, index) => from.length + index);
  const [name, held] = constant(scope, `${right}_axes`, vector(axes));
  const wide = scope.fresh(`${right}_wide`);
  return [held, newNode('Unsqueeze', [right, name], wide), copyOf(bare, { input: [left, wide] })];
};

/** Until 13, everything from `axis` on was one row. */
const flattened: UpgradeRule = (old, scope) => {
  const axis = intAttribute(old, 'axis', 1);
  const rank = scope.recorded(old.input[0]!)?.shape.length;
  const last = copyOf(without(old, 'axis'), { attribute: [attribute('axis', -1)] });
  if (axis === -1 || (rank !== undefined && axis === rank - 1)) return [last];
  const [x, y] = [old.input[0]!, old.output[0]!];
  const [shape, rows, done] = [scope.fresh(`${y}_shape`), scope.fresh(`${y}_rows`), scope.fresh(`${y}_flat`)];
  return [
    newNode('Shape', [x], shape),
    newNode('Flatten', [x], rows, { axis }),
    copyOf(last, { input: [rows], output: [done] }),
    newNode('Reshape', [done, shape], y),
  ];
};

const batchNormalization: UpgradeRule = (old, scope) => {
  if (intAttribute(old, 'spatial', 1) === 0)
    throw new NotUpgradable(old, 'expected statistics of each channel, found spatial = 0.');
  if (old.output.slice(3).some((name) => name !== '' && scope.isRead(name)))
    throw new NotUpgradable(old, 'expected no readers of the saved statistics, found some.');
  const output = old.output.slice(0, 3);
  const bare = copyOf(without(old, 'spatial', 'is_test'), { output });
  return [output.length > 1 ? copyOf(bare, { attribute: [...bare.attribute, attribute('training_mode', 1)] }) : bare];
};

/** Scale and bias of each group become scale and bias of each channel. */
const groupNormalization: UpgradeRule = (old, scope) => {
  const [x, scale, bias] = [old.input[0]!, old.input[1]!, old.input[2]!];
  const channels = scope.recorded(x)?.shape[1];
  if (typeof channels !== 'number') throw new NotUpgradable(old, 'expected a recorded number of channels, found none.');
  const groups = intAttribute(old, 'num_groups', 1);
  const [wide, wideHeld] = constant(scope, `${scale}_wide`, vector([groups, channels / groups]));
  const [flat, flatHeld] = constant(scope, `${scale}_flat`, vector([channels]));
  const [tall, tallHeld] = constant(scope, `${scale}_tall`, vector([groups, 1]));
  const repeated = (name: string): [string, NodeProto[]] => {
    const [column, grid, row] = [`${name}_column`, `${name}_grid`, `${name}_channels`].map(scope.fresh) as [
      string,
      string,
      string,
    ];
    return [
      row,
      [
        newNode('Reshape', [name, tall], column),
        newNode('Expand', [column, wide], grid),
        newNode('Reshape', [grid, flat], row),
      ],
    ];
  };
  const [scales, scaleNodes] = repeated(scale);
  const [biases, biasNodes] = repeated(bias);
  return [wideHeld, flatHeld, tallHeld, ...scaleNodes, ...biasNodes, copyOf(old, { input: [x, scales, biases] })];
};

const renamedMode = (old: NodeProto, names: Readonly<Record<string, string>>): NodeProto => {
  const mode = stringAttribute(old, 'mode', 'bilinear');
  return copyOf(old, { attribute: [...without(old, 'mode').attribute, attribute('mode', names[mode] ?? mode)] });
};

const bounds: UpgradeRule = (old, scope) => {
  const bound = (name: string) =>
    holds(old, name) ? scalarLike(scope, old.input[0]!, floatAttribute(old, name, 0)) : undefined;
  return withInputs(without(old, 'min', 'max'), scope, [undefined, bound('min'), bound('max')]);
};

const slice: UpgradeRule = (old, scope) => {
  const [starts, ends, axes] = [intsAttribute(old, 'starts')!, intsAttribute(old, 'ends')!, intsAttribute(old, 'axes')];
  return withInputs(without(old, 'starts', 'ends', 'axes'), scope, [
    undefined,
    vector(starts),
    vector(ends),
    axes && vector(axes),
  ]);
};

const asymmetric = (old: NodeProto, nearest: 'ceil' | 'floor'): NodeProto =>
  copyOf(old, {
    opType: 'Resize',
    input: [old.input[0]!, '', old.input[1]!],
    attribute: [
      ...old.attribute,
      attribute('coordinate_transformation_mode', 'asymmetric'),
      attribute('nearest_mode', nearest),
    ],
  });

/** In 10, the nearest was the one above where the result is smaller, and the one below where it is larger. */
const resize: UpgradeRule = (old, scope) => {
  if (holds(old, 'nearest_mode')) return [old];
  const isNearest = stringAttribute(old, 'mode', 'nearest') === 'nearest';
  const scales = Array.from((scope.constant(old.input[1]!)?.data ?? []) as ArrayLike<number>);
  const [smaller, larger] = [scales.some((scale) => scale < 1), scales.some((scale) => scale > 1)];
  if (isNearest && (scales.length === 0 || (smaller && larger)))
    throw new NotUpgradable(old, 'expected constant scales that are all at least 1 or all at most 1.');
  return [asymmetric(old, smaller ? 'ceil' : 'floor')];
};

const upsample: UpgradeRule = (old) => [asymmetric(old, 'floor')];

const prelu: UpgradeRule = (old, scope) => {
  const [x, slope] = [old.input[0]!, old.input[1]!];
  const [shape, slopes] = [scope.recorded(x)?.shape, scope.recorded(slope)?.shape];
  if (!shape || !slopes) throw new NotUpgradable(old, 'expected recorded shapes of input and slope, found none.');
  if (slopes.length !== 1 || slopes[0] === 1 || shape.length <= 2) return [old];
  const axes = Array.from({ length: shape.length - 2 }, (_, index) => index + 1);
  const [name, held] = constant(scope, `${slope}_axes`, vector(axes));
  const wide = scope.fresh(`${slope}_wide`);
  return [held, newNode('Unsqueeze', [slope, name], wide), copyOf(old, { input: [x, wide] })];
};

const arithmetic = ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'And', 'Or', 'Xor', 'Equal', 'Greater', 'Less'];
const each = (names: readonly string[], rule: UpgradeRule): Record<string, UpgradeRule> =>
  Object.fromEntries(names.map((name) => [name, rule]));

/**
 * By the operator set that changed an operator's inputs, attributes or meaning (onnx/docs/Changelog.md). An operator that is not
 * listed means in the newer set what it meant in the older one.
 */
export const upgradeRules: Readonly<Record<number, Readonly<Record<string, UpgradeRule>>>> = {
  5: { Reshape: attributeToInput('shape', 1) },
  7: {
    ...each(arithmetic, numpyBroadcast),
    Gemm: (old) => [without(old, 'broadcast')],
    PRelu: prelu,
    Dropout: (old) => [without(old, 'is_test')],
    BatchNormalization: (old) => [
      copyOf(without(old, 'is_test'), intAttribute(old, 'is_test', 0) === 1 ? { output: old.output.slice(0, 1) } : {}),
    ],
    ...each(['RNN', 'GRU', 'LSTM'], (old) => [without(old, 'output_sequence')]),
  },
  9: {
    Upsample: (old, scope) => {
      const scales = old.attribute.find(({ name }) => name === 'scales')!.floats;
      return withInputs(without(old, 'scales'), scope, [undefined, float32([scales.length], scales)]);
    },
    Scan: (old) => {
      throw new NotUpgradable(old, 'expected no batch axis of its own, found a Scan of operator set 8.');
    },
  },
  10: {
    Slice: slice,
    Upsample: upsample,
    TopK: (old, scope) =>
      holds(old, 'k') ? withInputs(without(old, 'k'), scope, [undefined, vector([intAttribute(old, 'k', 1)])]) : [old],
  },
  11: {
    Clip: bounds,
    Resize: resize,
    Scatter: (old) => [copyOf(old, { opType: 'ScatterElements' })],
    Pad: (old, scope) =>
      withInputs(without(old, 'pads', 'value'), scope, [
        undefined,
        vector(intsAttribute(old, 'pads')!),
        holds(old, 'value') ? scalarLike(scope, old.input[0]!, floatAttribute(old, 'value', 0)) : undefined,
      ]),
  },
  12: {
    Dropout: (old, scope) =>
      withInputs(without(old, 'ratio'), scope, [undefined, float32([], [floatAttribute(old, 'ratio', 0.5)])]),
  },
  13: {
    ...each(['Softmax', 'LogSoftmax', 'Hardmax'], flattened),
    ...each(['ReduceSum', 'Squeeze', 'Unsqueeze'], attributeToInput('axes', 1)),
    Split: attributeToInput('split', 1),
    Resize: (old) => {
      if (stringAttribute(old, 'coordinate_transformation_mode', '') === 'tf_half_pixel_for_nn')
        throw new NotUpgradable(old, 'expected another coordinate mode than tf_half_pixel_for_nn.');
      return [old];
    },
  },
  14: { BatchNormalization: batchNormalization },
  16: {
    RoiAlign: (old) => [
      copyOf(old, {
        attribute: [...old.attribute, attribute('coordinate_transformation_mode', 'output_half_pixel')],
      }),
    ],
  },
  18: {
    ...each(reductions, attributeToInput('axes', 1)),
    Split: (old) => [
      old.input[1] ? old : copyOf(old, { attribute: [...old.attribute, attribute('num_outputs', old.output.length)] }),
    ],
  },
  20: {
    GridSample: (old) => [renamedMode(old, { bilinear: 'linear', bicubic: 'cubic' })],
    DFT: (old, scope) =>
      withInputs(without(old, 'axis'), scope, [undefined, undefined, scalarAxis(intAttribute(old, 'axis', 1))]),
  },
  21: { GroupNormalization: groupNormalization },
};

const scalarAxis = (axis: number) => ({ type: 'int64' as const, shape: [], data: BigInt64Array.of(BigInt(axis)) });
