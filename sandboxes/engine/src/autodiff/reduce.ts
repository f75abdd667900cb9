import { fixedShape, type Value } from '../graph/graph.js';
import { reducedShape } from '../graph/shapes.js';
import { elementCount } from '../tensors/tensor.js';
import { constantInput } from './shape.js';
import { NoGradient, type Differentiation, type GradientRule } from './rule.js';

/** Hands each reduced value's gradient back to all values it came from, times `weight` of their number. */
const reduceRule =
  (weight: (count: number) => number): GradientRule =>
  (of) => {
    const { graph } = of;
    const shape = fixedShape(of.inputs[0]!);
    const kept = reducedShape(shape, reducedAxes(of), true) as number[];
    const factor = weight(elementCount(shape) / elementCount(kept));
    const column: Value = graph.reshape(of.gradients[0]!, kept);
    return [graph.expand(factor === 1 ? column : graph.mul(column, factor), shape)];
  };

function reducedAxes(of: Differentiation): readonly number[] {
  if (of.node.attribute.some(({ name }) => name === 'axes'))
    throw new NoGradient(of.node, 'expected axes as an input (operator set 18 and later), found them as an attribute.');
  const axes = constantInput(of, 1) ?? [];
  return axes.length > 0 ? axes : of.inputs[0]!.shape.map((_, axis) => axis);
}

export const reduceRules = {
  ReduceSum: reduceRule(() => 1),
  ReduceMean: reduceRule((count) => 1 / count),
} satisfies Record<string, GradientRule>;
