import type { AttributeValue, Shape } from '../proto/messages.js';
import { constantInitial, ones, truncatedNormal, zeros, type Initial } from '../tensors/random.js';
import { elementFacts, float32, type ElementType } from '../tensors/tensor.js';
import { fixedShape, Graph, type Value } from './graph.js';
import {
  broadcastShape,
  concatenatedShape,
  convolvedSize,
  matMulShape,
  positiveAxis,
  reducedShape,
  reshapeTarget,
  sameShape,
  transposedShape,
} from './shapes.js';

export interface ConvOptions {
  readonly strides?: readonly [number, number];
  readonly dilations?: readonly [number, number];
  /** top, left, bottom, right */
  readonly pads?: readonly [number, number, number, number];
}

/** A graph with typed ONNX operators (operator set 21). A plain number stands for a scalar of the type it meets. */
export class GraphBuilder extends Graph {
  // Elementwise, with broadcasting
  add = (a: Value | number, b: Value | number): Value => this.binary('Add', a, b);
  sub = (a: Value | number, b: Value | number): Value => this.binary('Sub', a, b);
  mul = (a: Value | number, b: Value | number): Value => this.binary('Mul', a, b);
  div = (a: Value | number, b: Value | number): Value => this.binary('Div', a, b);
  pow = (a: Value | number, b: Value | number): Value => this.binary('Pow', a, b);
  equal = (a: Value | number, b: Value | number): Value => this.binary('Equal', a, b, 'bool');
  greater = (a: Value | number, b: Value | number): Value => this.binary('Greater', a, b, 'bool');

  neg = (x: Value): Value => this.unary('Neg', x);
  sqrt = (x: Value): Value => this.unary('Sqrt', x);
  reciprocal = (x: Value): Value => this.unary('Reciprocal', x);
  exp = (x: Value): Value => this.unary('Exp', x);
  log = (x: Value): Value => this.unary('Log', x);
  erf = (x: Value): Value => this.unary('Erf', x);
  tanh = (x: Value): Value => this.unary('Tanh', x);
  sigmoid = (x: Value): Value => this.unary('Sigmoid', x);
  relu = (x: Value): Value => this.unary('Relu', x);
  gelu = (x: Value): Value => this.unary('Gelu', x);
  identity = (x: Value): Value => this.unary('Identity', x);
  softmax = (x: Value, axis = -1): Value => this.unary('Softmax', x, { axis });
  logSoftmax = (x: Value, axis = -1): Value => this.unary('LogSoftmax', x, { axis });
  /** clamp(alpha * x + beta, 0, 1) */
  hardSigmoid = (x: Value, alpha: number, beta: number): Value =>
    this.unary('HardSigmoid', x, { alpha: { float: alpha }, beta: { float: beta } });

  /** Sum of several values of any broadcastable shapes. */
  sum(values: readonly Value[]): Value {
    return this.one('Sum', values, {
      type: values[0]!.type,
      shape: values.map(({ shape }) => shape).reduce(broadcastShape),
    });
  }

  where(condition: Value, a: Value | number, b: Value | number): Value {
    const [yes, no] = this.liftBoth(a, b);
    return this.one('Where', [condition, yes, no], {
      type: yes.type,
      shape: broadcastShape(condition.shape, broadcastShape(yes.shape, no.shape)),
    });
  }

  cast(x: Value, type: ElementType): Value {
    return x.type === type ? x : this.one('Cast', [x], { type, shape: x.shape }, { to: elementFacts(type).onnx });
  }

  // Shape
  /** A named size in `shape` is the one the value has. */
  reshape(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x;
    return this.one('Reshape', [x, this.integers(reshapeTarget(x.shape, shape))], { type: x.type, shape });
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    return this.one(
      'Transpose',
      [x],
      { type: x.type, shape: transposedShape(x.shape, permutation) },
      { perm: permutation },
    );
  }

  unsqueeze(x: Value, axis: number): Value {
    const at = positiveAxis(axis, x.shape.length + 1);
    return this.one('Unsqueeze', [x, this.integers([at])], {
      type: x.type,
      shape: [...x.shape.slice(0, at), 1, ...x.shape.slice(at)],
    });
  }

  squeeze(x: Value, axis: number): Value {
    const at = positiveAxis(axis, x.shape.length);
    if (x.shape[at] !== 1)
      throw new Error(`Squeeze of "${x.name}": expected size 1 on axis ${axis}, found ${x.shape[at]}.`);
    return this.one('Squeeze', [x, this.integers([at])], {
      type: x.type,
      shape: x.shape.filter((_, other) => other !== at),
    });
  }

  /** Two dimensions, split before `axis`; all but the first size must be known. */
  flatten(x: Value, axis = 1): Value {
    const product = (shape: Shape) => shape.reduce<number>((total, dim) => total * Number(dim), 1);
    const rows = axis === 1 ? x.shape[0]! : product(x.shape.slice(0, axis));
    return this.one('Flatten', [x], { type: x.type, shape: [rows, product(x.shape.slice(axis))] }, { axis });
  }

  /** Repeats along sizes of 1. Named sizes in `shape` are read from `like`, which has them on the same axes, when the graph runs. */
  expand(x: Value, shape: Shape, like?: Value): Value {
    if (sameShape(x.shape, shape)) return x;
    return this.one('Expand', [x, this.sizes(shape, like)], { type: x.type, shape: broadcastShape(x.shape, shape) });
  }

  concat(values: readonly Value[], axis: number): Value {
    return this.one(
      'Concat',
      values,
      {
        type: values[0]!.type,
        shape: concatenatedShape(
          values.map(({ shape }) => shape),
          axis,
        ),
      },
      { axis },
    );
  }

  split(x: Value, sizes: readonly number[], axis: number): Value[] {
    const at = positiveAxis(axis, x.shape.length);
    const outputs = sizes.map((size) => ({
      type: x.type,
      shape: x.shape.map((dim, other) => (other === at ? size : dim)),
    }));
    return this.emit({ opType: 'Split', inputs: [x, this.integers(sizes)], outputs, attributes: { axis: at } });
  }

  /** Elements `from` to `to` (exclusive) of one axis. */
  slice(x: Value, range: { axis: number; from: number; to: number }): Value {
    const at = positiveAxis(range.axis, x.shape.length);
    const inputs = [x, this.integers([range.from]), this.integers([range.to]), this.integers([at])];
    return this.one('Slice', inputs, {
      type: x.type,
      shape: x.shape.map((dim, other) => (other === at ? range.to - range.from : dim)),
    });
  }

  /** Zeros around: first the amounts before each axis, then those after. */
  pad(x: Value, amounts: readonly number[]): Value {
    const rank = x.shape.length;
    const shape = fixedShape(x).map((dim, axis) => dim + amounts[axis]! + amounts[axis + rank]!);
    return this.one('Pad', [x, this.integers(amounts)], { type: x.type, shape });
  }

  zerosOf(shape: readonly number[], type: ElementType = 'float32'): Value {
    return this.cast(this.one('ConstantOfShape', [this.integers(shape)], { type: 'float32', shape }), type);
  }

  // Index
  gather(x: Value, indices: Value, axis = 0): Value {
    const at = positiveAxis(axis, x.shape.length);
    return this.one(
      'Gather',
      [x, indices],
      { type: x.type, shape: [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)] },
      { axis: at },
    );
  }

  gatherElements(x: Value, indices: Value, axis: number): Value {
    return this.one('GatherElements', [x, indices], { type: x.type, shape: indices.shape }, { axis });
  }

  /** Adds where indices repeat. Never ScatterND for that: onnxruntime 1.30 loses additions there on more than one thread. */
  scatterElementsAdd(x: Value, scatter: { indices: Value; updates: Value; axis: number }): Value {
    return this.one('ScatterElements', [x, scatter.indices, scatter.updates], x, {
      axis: scatter.axis,
      reduction: 'add',
    });
  }

  // Reduce and multiply
  reduceSum = (x: Value, axes: readonly number[], keep = true): Value => this.reduce('ReduceSum', x, axes, keep);
  reduceMean = (x: Value, axes: readonly number[], keep = true): Value => this.reduce('ReduceMean', x, axes, keep);

  matMul(a: Value, b: Value): Value {
    return this.one('MatMul', [a, b], { type: a.type, shape: matMulShape(a.shape, b.shape) });
  }

  /** a * b (+ c) of matrices, each transposed first where asked. */
  gemm(a: Value, b: Value, options: { transA?: boolean; transB?: boolean; c?: Value } = {}): Value {
    const turned = ({ shape }: Value, turn = false) => (turn ? [shape[1]!, shape[0]!] : shape);
    const shape = matMulShape(turned(a, options.transA), turned(b, options.transB));
    return this.one(
      'Gemm',
      options.c ? [a, b, options.c] : [a, b],
      { type: a.type, shape },
      { transA: Number(options.transA ?? 0), transB: Number(options.transB ?? 0) },
    );
  }

  /** 2-D convolution of [n, c, h, w] with weights [out, c, kh, kw], group 1. */
  conv(
    x: Value,
    weight: Value,
    { bias, strides = [1, 1], dilations = [1, 1], pads = [0, 0, 0, 0] }: ConvOptions & { bias?: Value } = {},
  ): Value {
    const window = (axis: 0 | 1) => ({
      kernel: Number(weight.shape[2 + axis]),
      stride: strides[axis],
      dilation: dilations[axis],
      pads: pads[axis] + pads[axis + 2]!,
    });
    const shape = [
      x.shape[0]!,
      weight.shape[0]!,
      convolvedSize(Number(x.shape[2]), window(0)),
      convolvedSize(Number(x.shape[3]), window(1)),
    ];
    return this.one(
      'Conv',
      bias ? [x, weight, bias] : [x, weight],
      { type: x.type, shape },
      { strides, dilations, pads },
    );
  }

  // Layers with parameters of their own
  /** x [..., in] * `name`.weight [in, out] + `name`.bias [out]; by default outputs start as large as inputs (LeCun et al., 1998). */
  linear(x: Value, name: string, size: number, options: { initial?: Initial; bias?: boolean } = {}): Value {
    const inputs = Number(x.shape.at(-1));
    const weight = this.parameter(
      `${name}.weight`,
      [inputs, size],
      options.initial ?? truncatedNormal(1 / Math.sqrt(inputs)),
    );
    const product = this.matMul(x, weight);
    return options.bias === false ? product : this.add(product, this.parameter(`${name}.bias`, [size], zeros));
  }

  /** Layer normalisation over the last axis with `name`.scale and `name`.bias. */
  layerNorm(x: Value, name: string, epsilon = 1e-5): Value {
    const size = [Number(x.shape.at(-1))];
    return this.layerNormalization(x, {
      scale: this.parameter(`${name}.scale`, size, ones),
      bias: this.parameter(`${name}.bias`, size, zeros),
      epsilon,
    });
  }

  layerNormalization(
    x: Value,
    { scale, bias, epsilon = 1e-5 }: { scale: Value; bias?: Value; epsilon?: number },
  ): Value {
    return this.one('LayerNormalization', bias ? [x, scale, bias] : [x, scale], x, {
      axis: -1,
      epsilon: { float: epsilon },
    });
  }

  /** Rows of unit length along the last axis. */
  normalize(x: Value, epsilon = 1e-12): Value {
    return this.div(x, this.sqrt(this.add(this.reduceSum(this.mul(x, x), [-1]), epsilon)));
  }

  /** A constant of one number, of known sizes; equal ones are shared. */
  filled(shape: readonly number[], value: number, type: ElementType = 'float32'): Value {
    const filled = this.pool(`float32 ${value} [${shape.join()}]`, () =>
      float32(
        shape,
        constantInitial(value)(shape, () => 0),
      ),
    );
    return this.cast(filled, type);
  }

  private binary(opType: string, a: Value | number, b: Value | number, type?: ElementType): Value {
    const [left, right] = this.liftBoth(a, b);
    if (left.type !== right.type)
      throw new Error(
        `${opType} of "${left.name}" and "${right.name}": expected one type, found ${left.type} and ${right.type}.`,
      );
    return this.one(opType, [left, right], { type: type ?? left.type, shape: broadcastShape(left.shape, right.shape) });
  }

  private unary(opType: string, x: Value, attributes: Readonly<Record<string, AttributeValue>> = {}): Value {
    return this.one(opType, [x], x, attributes);
  }

  private reduce(opType: string, x: Value, axes: readonly number[], keep: boolean): Value {
    return this.one(
      opType,
      [x, this.integers(axes)],
      { type: x.type, shape: reducedShape(x.shape, axes, keep) },
      { keepdims: Number(keep) },
    );
  }

  private sizes(shape: Shape, like: Value | undefined): Value {
    if (shape.every((dim) => typeof dim === 'number')) return this.integers(shape);
    if (!like) throw new Error(`Expand to [${shape.join(', ')}]: expected a value to read the named sizes from.`);
    const [all] = this.emit({
      opType: 'Shape',
      inputs: [like],
      outputs: [{ type: 'int64', shape: [like.shape.length] }],
    });
    const parts = shape.map((dim, axis) => {
      if (typeof dim === 'number') return this.integers([dim]);
      if (like.shape[axis] !== dim)
        throw new Error(
          `Expand to [${shape.join(', ')}]: expected "${dim}" on axis ${axis} of "${like.name}", found ${like.shape[axis]}.`,
        );
      return this.gather(all!, this.integers([axis]));
    });
    return this.concat(parts, 0);
  }

  /** A number takes the type of the value it meets. */
  private liftBoth(a: Value | number, b: Value | number): [Value, Value] {
    const lift = (value: Value | number, other: Value | number): Value =>
      typeof value !== 'number' ? value : this.scalar(value, typeof other === 'number' ? 'float32' : other.type);
    return [lift(a, b), lift(b, a)];
  }

  private one(
    opType: string,
    inputs: readonly Value[],
    output: Pick<Value, 'type' | 'shape'>,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): Value {
    return this.emit({ opType, inputs, outputs: [{ type: output.type, shape: output.shape }], attributes })[0]!;
  }
}
