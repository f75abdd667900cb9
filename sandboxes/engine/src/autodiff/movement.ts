import { intAttribute, stringAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { positiveAxis } from '../graph/shapes.js';
import { sumAll } from './broadcast.js';
import { places, putBack, repeated } from './emit.js';
import { constantInput } from './shape.js';
import { unaryRule, type Differentiation, type GradientRule } from './rule.js';

/** Operators that copy values to places which do not depend on the values: the node is asked once more where everything went. */
const moveRule: GradientRule = (of) => [movedBack(of, of.inputs)];

function movedBack(
  { graph, node, inputs: [x], gradients: [gradient] }: Differentiation,
  inputs: Differentiation['inputs'],
): Value {
  const shape = fixedShape(x!);
  const from = repeated(graph, node, {
    inputs: [places(graph, shape), ...inputs.slice(1)],
    like: { type: 'int64', shape: gradient!.shape },
  });
  return putBack(graph, gradient!, { from, shape });
}

/** The node itself on the gradient: operators that are their own transpose. */
const selfRule = unaryRule(({ graph, node, gradient, inputs }) =>
  repeated(graph, node, { inputs: [gradient, ...inputs.slice(1)], like: gradient }),
);

/** Blocks of an image [n, c, h, w] against channels: DCR has the block's place before the channel, CRD after. */
function blocks(graph: GraphBuilder, node: Differentiation['node'], channelsLast: boolean) {
  const size = intAttribute(node, 'blocksize', 1);
  return {
    toSpace: (deep: Value): Value => {
      const [n, c, h, w] = fixedShape(deep) as [number, number, number, number];
      const inner = c / size ** 2;
      const split = channelsLast ? [n, inner, size, size, h, w] : [n, size, size, inner, h, w];
      const turned = graph.transpose(
        graph.reshape(deep, split),
        channelsLast ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2],
      );
      return graph.reshape(turned, [n, inner, h * size, w * size]);
    },
    toDepth: (wide: Value): Value => {
      const [n, c, h, w] = fixedShape(wide) as [number, number, number, number];
      const split = graph.reshape(wide, [n, c, h / size, size, w / size, size]);
      const turned = graph.transpose(split, channelsLast ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]);
      return graph.reshape(turned, [n, c * size ** 2, h / size, w / size]);
    },
  };
}

export const movementRules = {
  Tile: unaryRule(({ graph, x, gradient }) => {
    const shape = fixedShape(x);
    const repeats = fixedShape(gradient).map((size, axis) => size / shape[axis]!);
    const split = shape.flatMap((size, axis) => [repeats[axis]!, size]);
    const axes = repeats.flatMap((times, axis) => (times === 1 ? [] : [2 * axis]));
    if (axes.length === 0) return gradient;
    return graph.reshape(graph.reduceSum(graph.reshape(gradient, split), axes, false), shape);
  }),
  Trilu: selfRule,
  ReverseSequence: selfRule,
  CenterCropPad: moveRule,
  Slice: (of) => {
    const shape = fixedShape(of.inputs[0]!);
    const starts = constantInput(of, 1)!;
    const axes = constantInput(of, 3) ?? starts.map((_, index) => index);
    const steps = constantInput(of, 4) ?? [];
    if (steps.some((step) => step !== 1)) return moveRule(of);
    return [
      padded(of, {
        shape,
        from: new Map(axes.map((axis, index) => [positiveAxis(axis, shape.length), starts[index]!])),
      }),
    ];
  },
  Pad: (of) => {
    const { graph, node, inputs, gradients, needs } = of;
    if (stringAttribute(node, 'mode', 'constant') !== 'constant') return moveRule(of);
    const gradient = gradients[0]!;
    const amounts = inputs[3] ? undefined : graph.constantNumbers(inputs[1]!.name);
    // Padding by less than nothing cuts.
    const inner = () =>
      amounts
        ? graph.pad(
            gradient,
            amounts.map((amount) => -amount),
          )
        : movedBack(of, [inputs[0], inputs[1], graph.scalar(0, 'int64'), inputs[3]]);
    const toValue = () => graph.reshape(graph.sub(sumAll(graph, gradient), sumAll(graph, inner())), inputs[2]!.shape);
    return [needs(0) ? inner() : undefined, undefined, needs(2) ? toValue() : undefined];
  },
  DepthToSpace: unaryRule(({ graph, node, gradient }) =>
    blocks(graph, node, stringAttribute(node, 'mode', 'DCR') === 'CRD').toDepth(gradient),
  ),
  SpaceToDepth: unaryRule(({ graph, node, gradient }) => blocks(graph, node, false).toSpace(gradient)),
} satisfies Record<string, GradientRule>;

/** The gradient with zeros around it where the forward pass cut away: `from` holds the first element kept, by axis. */
function padded(
  { graph, outputs, gradients }: Differentiation,
  { shape, from }: { shape: readonly number[]; from: ReadonlyMap<number, number> },
): Value {
  const kept = fixedShape(outputs[0]!);
  const before = shape.map((size, axis) => {
    const start = from.get(axis) ?? 0;
    return Math.min(start < 0 ? Math.max(0, start + size) : start, size);
  });
  return graph.pad(gradients[0]!, [...before, ...shape.map((size, axis) => size - kept[axis]! - before[axis]!)]);
}
