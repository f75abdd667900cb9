import { intAttribute, stringAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { elementCount, float32 } from '../tensors/tensor.js';
import { abs, emitted } from './emit.js';
import { NoGradient, rewritingRule, type Differentiation, type GradientRule } from './rule.js';

/** One of the places along one axis that a sample is made of. */
interface Tap {
  /** Where it lies, a whole number inside the axis. */
  readonly at: Value;
  /** Its share of the sample; nothing where it lies outside and zeros are around. */
  readonly weight: Value;
}

interface Axis {
  readonly size: number;
  readonly padding: string;
  readonly alignCorners: boolean;
}

const floor = (graph: GraphBuilder, x: Value): Value => emitted(graph, 'Floor', { inputs: [x], like: x });

const clip = (graph: GraphBuilder, x: Value, high: number): Value =>
  emitted(graph, 'Clip', { inputs: [x, graph.scalar(0, x.type), graph.scalar(high, x.type)], like: x });

/** Thrown back at both ends: at the outermost centres where the corners are aligned, else half a cell outside. */
function reflected(graph: GraphBuilder, x: Value, { size, alignCorners }: Axis): Value {
  const [low, span] = alignCorners ? [0, size - 1] : [-0.5, size];
  if (span === 0) return graph.mul(x, 0);
  const distance = abs(graph, graph.sub(x, low));
  const flips = floor(graph, graph.mul(distance, 1 / span));
  const odd = graph.sub(flips, graph.mul(floor(graph, graph.mul(flips, 0.5)), 2));
  const rest = graph.sub(distance, graph.mul(flips, span));
  const turned = graph.mul(rest, graph.sub(1, graph.mul(odd, 2)));
  return graph.add(graph.add(turned, graph.mul(odd, span)), low);
}

/** A coordinate as the padding has it: border and reflection bring it inside. */
function padded(graph: GraphBuilder, x: Value, axis: Axis): Value {
  if (axis.padding === 'zeros') return x;
  return clip(graph, axis.padding === 'reflection' ? reflected(graph, x, axis) : x, axis.size - 1);
}

function tap(graph: GraphBuilder, at: Value, { weight, axis }: { weight: Value | undefined; axis: Axis }): Tap {
  const placed = padded(graph, at, axis);
  const inner = clip(graph, placed, axis.size - 1);
  const present = graph.cast(graph.equal(placed, inner), at.type);
  return { at: inner, weight: weight ? graph.mul(weight, present) : present };
}

/** Cubic convolution with a = -0.75 (Keys, 1981), as PyTorch and ONNX have it. */
function cubicWeights(graph: GraphBuilder, t: Value): Value[] {
  const a = -0.75;
  const polynomial = (x: Value, [c3, c2, c1, c0]: readonly [number, number, number, number]): Value =>
    graph.add(graph.mul(graph.add(graph.mul(graph.add(graph.mul(x, c3), c2), x), c1), x), c0);
  const near = [a + 2, -(a + 3), 0, 1] as const;
  const far = [a, -5 * a, 8 * a, -4 * a] as const;
  const other = graph.sub(1, t);
  return [
    polynomial(graph.add(t, 1), far),
    polynomial(t, near),
    polynomial(other, near),
    polynomial(graph.add(other, 1), far),
  ];
}

/** `x` runs from -1 to 1 over the axis. */
function tapsOf(graph: GraphBuilder, x: Value, { mode, axis }: { mode: string; axis: Axis }): Tap[] {
  const { size, alignCorners } = axis;
  const scaled = alignCorners
    ? graph.mul(graph.add(x, 1), (size - 1) / 2)
    : graph.sub(graph.mul(graph.add(x, 1), size / 2), 0.5);
  if (mode === 'nearest') {
    const nearest = emitted(graph, 'Round', { inputs: [padded(graph, scaled, axis)], like: x });
    return [tap(graph, nearest, { weight: undefined, axis })];
  }
  const place = mode === 'cubic' ? scaled : padded(graph, scaled, axis);
  const first = floor(graph, place);
  const t = graph.sub(place, first);
  if (mode === 'cubic')
    return cubicWeights(graph, t).map((weight, index) => tap(graph, graph.add(first, index - 1), { weight, axis }));
  return [graph.sub(1, t), t].map((weight, index) => tap(graph, graph.add(first, index), { weight, axis }));
}

/** x [n, c, ...sizes] at grid [n, ...places, axes], the last axis first. */
function sampled(of: Differentiation): Value {
  const { graph, node, inputs } = of;
  const [x, grid] = [inputs[0]!, inputs[1]!];
  const [batch, channels, ...sizes] = fixedShape(x) as [number, number, ...number[]];
  const places = fixedShape(grid).slice(1, -1);
  const count = elementCount(places);
  const mode = { bilinear: 'linear', bicubic: 'cubic' }[modeOf(of)] ?? modeOf(of);
  const coordinates = graph.split(
    graph.reshape(grid, [batch, count, sizes.length]),
    sizes.map(() => 1),
    2,
  );
  const byAxis = sizes.map((size, axis) =>
    tapsOf(graph, graph.reshape(coordinates[sizes.length - 1 - axis]!, [batch, 1, count]), {
      mode,
      axis: {
        size,
        padding: stringAttribute(node, 'padding_mode', 'zeros'),
        alignCorners: intAttribute(node, 'align_corners', 0) === 1,
      },
    }),
  );
  const combined = byAxis.reduce<Tap[]>(
    (taps, more, axis) =>
      taps.flatMap((left) =>
        more.map((right) => ({
          at: graph.add(graph.mul(left.at, sizes[axis]!), right.at),
          weight: graph.mul(left.weight, right.weight),
        })),
      ),
    [{ at: graph.zerosOf([batch, 1, count], x.type), weight: graph.filled([1], 1, x.type) }],
  );
  const flat = graph.reshape(x, [batch, channels, elementCount(sizes)]);
  const parts = combined.map(({ at, weight }) => {
    const indices = graph.expand(graph.cast(at, 'int64'), [batch, channels, count]);
    return graph.mul(graph.gatherElements(flat, indices, 2), weight);
  });
  const sum = parts.reduce((total, part) => graph.add(total, part));
  return graph.reshape(sum, [batch, channels, ...places]);
}

function modeOf({ node }: Differentiation): string {
  const mode = stringAttribute(node, 'mode', 'linear');
  if (!['linear', 'bilinear', 'nearest', 'cubic', 'bicubic'].includes(mode))
    throw new NoGradient(node, `expected mode linear, nearest or cubic, found ${mode}.`);
  return mode;
}

/** The centres of `size` cells, or `size` points from end to end, between -1 and 1. */
const positions = (size: number, alignCorners: boolean): number[] =>
  Array.from({ length: size }, (_, at) =>
    alignCorners ? (size === 1 ? 0 : (2 * at) / (size - 1) - 1) : (2 * at + 1) / size - 1,
  );

/** [cells, axes + 1]: the place of each cell, the last axis first, and 1. */
function basePlaces(sizes: readonly number[], alignCorners: boolean) {
  const rows = sizes.reduce<number[][]>(
    (made, size) => made.flatMap((row) => positions(size, alignCorners).map((place) => [place, ...row])),
    [[1]],
  );
  return float32([rows.length, sizes.length + 1], rows.flat());
}

export const samplingRules = {
  GridSample: rewritingRule((of) => [sampled(of)]),
  AffineGrid: rewritingRule(({ graph, node, inputs: [theta], outputs: [grid] }) => {
    const [batch, ...rest] = fixedShape(grid!) as [number, ...number[]];
    const base = basePlaces(rest.slice(0, -1), intAttribute(node, 'align_corners', 0) === 1);
    const places = graph.cast(graph.constant(base), theta!.type);
    return [graph.reshape(graph.matMul(places, graph.transpose(theta!, [0, 2, 1])), [batch, ...rest])];
  }),
} satisfies Record<string, GradientRule>;
