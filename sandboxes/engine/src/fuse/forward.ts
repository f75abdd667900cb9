import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { intAttribute, intsAttribute, node as nodeOf } from '../proto/messages.js';
import type { NodeProto } from '../proto/onnx.gen.js';
import { float32, int64, type Tensor } from '../tensors/tensor.js';
import { Wiring } from './wiring.js';

/** What a pattern sees: the last node of it, and how it is wired. */
interface Sight {
  readonly graph: GraphBuilder;
  readonly wiring: Wiring;
  readonly node: NodeProto;
}

/** Nodes that compute the same output, or undefined where the pattern does not end here. */
type Pattern = (of: Sight) => NodeProto[] | undefined;

/**
 * Chains for which onnxruntime has one kernel, and we a gradient of few passes, become that one node: x * sigmoid(ax), RMS
 * normalisation and rotary positions, as exporters and our own decompositions write them. To be called before differentiation.
 */
export function fuseForward(graph: GraphBuilder): void {
  const wiring = new Wiring(graph);
  const nodes = graph.nodes.splice(0);
  for (const node of nodes) {
    const found = patterns.map((pattern) => pattern({ graph, wiring, node })).find((fused) => fused !== undefined);
    graph.nodes.push(...(found ?? [node]));
  }
}

const isFloat = ({ graph }: Sight, name: string): boolean => graph.find(name)?.type === 'float32';

/** Both inputs of a node in either order, as `read` finds the first one. */
function either<T>(node: NodeProto, read: (name: string, other: string) => T | undefined): T | undefined {
  const [a, b] = node.input as [string, string];
  return read(a, b) ?? read(b, a);
}

/** x * sigmoid(alpha * x) */
const swish: Pattern = (of) => {
  const { wiring, node } = of;
  if (node.opType !== 'Mul' || !isFloat(of, node.output[0]!)) return undefined;
  return either(node, (x, gate) => {
    const inner = wiring.maker(gate, 'Sigmoid')?.input[0];
    const scaling = wiring.maker(inner, 'Mul');
    const alpha = inner === x ? 1 : scaling && either(scaling, (a, b) => (a === x ? wiring.scalar(b) : undefined));
    if (alpha === undefined) return undefined;
    const attributes = { alpha: { float: alpha } };
    return [nodeOf({ opType: 'QuickGelu', domain: 'com.microsoft', input: [x], output: [...node.output], attributes })];
  });
};

/** x / sqrt(mean(x²) + epsilon) * scale, over the last axis */
const rmsNormalisation: Pattern = (of) => {
  const { graph, node } = of;
  if (node.opType !== 'Mul' || !isFloat(of, node.output[0]!)) return undefined;
  return either(node, (scale, normal) => {
    const found = normalised(of, normal);
    const size = found && graph.value(found.x).shape.at(-1);
    if (!found || graph.value(scale).shape.join() !== String(size)) return undefined;
    return [
      nodeOf({
        opType: 'SimplifiedLayerNormalization',
        input: [found.x, scale],
        output: [...node.output],
        attributes: { axis: -1, epsilon: { float: found.epsilon } },
      }),
    ];
  });
};

interface Normalised {
  readonly x: string;
  readonly epsilon: number;
}

function normalised({ graph, wiring }: Sight, name: string): Normalised | undefined {
  const divided = wiring.maker(name, 'Div');
  const multiplied = wiring.maker(name, 'Mul');
  if (divided) return meanSquareUnder(divided.input[0]!, divided.input[1]);
  return (
    multiplied &&
    either(
      multiplied,
      (x, inverse) =>
        meanSquareUnder(x, wiring.maker(inverse, 'Reciprocal')?.input[0]) ?? meanSquareUnder(x, oneOver(inverse)),
    )
  );

  function oneOver(inverse: string): string | undefined {
    const quotient = wiring.maker(inverse, 'Div');
    return quotient && wiring.scalar(quotient.input[0]!) === 1 ? quotient.input[1] : undefined;
  }

  /** Whether `root` is sqrt(mean(x²) + epsilon). */
  function meanSquareUnder(x: string, root: string | undefined): Normalised | undefined {
    const sum = wiring.maker(wiring.maker(root, 'Sqrt')?.input[0], 'Add');
    return (
      sum &&
      either(sum, (mean, added) => {
        const epsilon = wiring.scalar(added);
        const reduced = wiring.maker(mean, 'ReduceMean');
        if (
          epsilon === undefined ||
          !reduced ||
          !overLastAxis(reduced, graph.value(x)) ||
          !isSquare(reduced.input[0]!, x)
        )
          return undefined;
        return { x, epsilon };
      })
    );
  }

  function overLastAxis(reduced: NodeProto, x: Value): boolean {
    const axes = reduced.input[1] ? graph.constantNumbers(reduced.input[1]) : intsAttribute(reduced, 'axes');
    const keeps = intAttribute(reduced, 'keepdims', 1) === 1;
    return keeps && axes?.length === 1 && (axes[0] === -1 || axes[0] === x.shape.length - 1);
  }

  function isSquare(square: string, x: string): boolean {
    const product = wiring.maker(square, 'Mul');
    const power = wiring.maker(square, 'Pow');
    if (product) return product.input.every((name) => name === x);
    return power?.input[0] === x && wiring.scalar(power.input[1]!) === 2;
  }
}

/** x * cos + [-right half, left half] * sin, with constant tables: [batch, heads, length, size] or [batch, length, heads, size] */
const rotation: Pattern = (of) => {
  const { graph, wiring, node } = of;
  if (node.opType !== 'Add' || !isFloat(of, node.output[0]!) || graph.value(node.output[0]!).shape.length !== 4)
    return undefined;
  return either(node, (straight, turned) => {
    const [left, right] = [wiring.maker(straight, 'Mul'), wiring.maker(turned, 'Mul')];
    if (!left || !right) return undefined;
    return either(left, (x, cosine) =>
      either(right, (rotated, sine) => {
        if (!isHalfTurn(of, rotated, x)) return undefined;
        return turnedInOneNode(of, { x, cosine, sine });
      }),
    );
  });
};

/** Whether a value is [-right half, left half] of x along the last axis. */
function isHalfTurn({ graph, wiring }: Sight, name: string, x: string): boolean {
  const joined = wiring.maker(name, 'Concat');
  const [negated, left] = joined?.input ?? [];
  const right = wiring.maker(negated, 'Neg')?.input[0];
  const { shape } = graph.value(x);
  const last = shape.length - 1;
  const axis = joined && intAttribute(joined, 'axis', 0);
  if (right === undefined || left === undefined || joined?.input.length !== 2 || (axis !== -1 && axis !== last))
    return false;
  const size = Number(shape[last]);
  const split = wiring.maker(left, 'Split');
  if (split) {
    const along = intAttribute(split, 'axis', 0);
    const halves = split.output.length === 2 && graph.value(left).shape[last] === size / 2;
    return (
      split.input[0] === x &&
      (along === -1 || along === last) &&
      halves &&
      split.output[0] === left &&
      split.output[1] === right
    );
  }
  return isSlice(left, 0) && isSlice(right, size / 2);

  function isSlice(part: string, from: number): boolean {
    const slice = wiring.maker(part, 'Slice');
    const numbers = (input: number) => graph.constantNumbers(slice!.input[input] ?? '') ?? [];
    if (slice?.input[0] !== x || graph.value(part).shape[last] !== size / 2) return false;
    const [along] = numbers(3);
    return numbers(1).length === 1 && numbers(1)[0] === from && (along === last || along === -1);
  }
}

/** com.microsoft.RotaryEmbedding wants [batch, length, heads * size], or [batch, heads, length, size]; one row of the tables for each place. */
function turnedInOneNode(
  { graph, node }: Sight,
  { x, cosine, sine }: { x: string; cosine: string; sine: string },
): NodeProto[] | undefined {
  const { shape, type } = graph.value(x);
  const [batch, second, third, size] = shape as [number, number, number, number];
  const headsFirst = lengthAxis(graph, cosine) === 2;
  const length = headsFirst ? third : second;
  const cos = halfTable(graph, cosine, [length, size]);
  const sin = halfTable(graph, sine, [length, size]);
  if (!cos || !sin || lengthAxis(graph, cosine) !== lengthAxis(graph, sine)) return undefined;
  const start = graph.constant(int64([1], [0])).name;
  const tables = [start, graph.constant(cos).name, graph.constant(sin).name];
  const fused = (input: string, output: string): NodeProto =>
    nodeOf({
      opType: 'RotaryEmbedding',
      domain: 'com.microsoft',
      input: [input, ...tables],
      output: [output],
      attributes: {},
    });
  if (headsFirst) return [fused(x, node.output[0]!)];
  const flat = [batch, length, third * size];
  const [before, after] = ['Flat', 'Turned'].map((stem) =>
    graph.declare({ name: graph.freshName(stem), type, shape: flat }),
  ) as [Value, Value];
  const reshape = (input: string, output: string, to: readonly number[]): NodeProto =>
    nodeOf({ opType: 'Reshape', input: [input, graph.integers(to).name], output: [output], attributes: {} });
  return [
    reshape(x, before.name, flat),
    fused(before.name, after.name),
    reshape(after.name, node.output[0]!, [batch, length, third, size]),
  ];
}

/** Along which axis of four the rows of a table lie: counted from the end, where leading axes of 1 are left out. */
function lengthAxis(graph: GraphBuilder, table: string): number | undefined {
  const shape = graph.value(table).shape;
  const padded = [...Array.from({ length: 4 - shape.length }, () => 1), ...shape];
  const long = [0, 1, 2].filter((axis) => padded[axis] !== 1);
  return long.length === 1 ? long[0] : undefined;
}

/** The left half of a constant table whose right half repeats it, [length, size / 2]. */
function halfTable(graph: GraphBuilder, name: string, [length, size]: readonly [number, number]): Tensor | undefined {
  const table = graph.constants.get(name);
  if (table?.type !== 'float32' || table.data.length !== length * size) return undefined;
  const data = table.data as Float32Array;
  const half = size / 2;
  const left = new Float32Array(length * half);
  for (let row = 0; row < length; row += 1) {
    for (let at = 0; at < half; at += 1) {
      left[row * half + at] = data[row * size + at]!;
      if (data[row * size + at] !== data[row * size + half + at]) return undefined;
    }
  }
  return float32([length, half], left);
}

const patterns: readonly Pattern[] = [swish, rmsNormalisation, rotation];
