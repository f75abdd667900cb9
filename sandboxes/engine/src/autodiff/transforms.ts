import { intAttribute } from '../proto/messages.js';
import { fixedShape } from '../graph/graph.js';
import { positiveAxis } from '../graph/shapes.js';
import { elementCount } from '../tensors/tensor.js';
import { identity, repeated } from './emit.js';
import { constantInput } from './shape.js';
import { unaryRule, type GradientRule } from './rule.js';

/** Linear operators whose matrix is their own answer to the unit vectors. */
export const transformRules = {
  /** Along one axis and over the parts of a complex number, which are the last. */
  DFT: (of) => {
    const { graph, node, inputs, gradients } = of;
    const [shape, result] = [fixedShape(inputs[0]!), fixedShape(gradients[0]!)];
    const axis = positiveAxis(constantInput(of, 2)?.[0] ?? intAttribute(node, 'axis', -2), shape.length);
    const [from, to] = [[shape[axis]!, shape.at(-1)!] as const, [result[axis]!, result.at(-1)!] as const];
    const units = from[0] * from[1];
    const matrix = repeated(graph, node, {
      inputs: [graph.reshape(identity(graph, units), [units, ...from]), inputs[1], graph.scalar(1, 'int64')],
      like: { type: 'float32', shape: [units, ...to] },
      without: ['axis'],
    });
    const others = shape.flatMap((_, other) => (other === axis || other === shape.length - 1 ? [] : [other]));
    const order = [...others, axis, shape.length - 1];
    const rows = elementCount(others.map((other) => shape[other]!));
    const flat = graph.reshape(graph.transpose(gradients[0]!, order), [rows, elementCount(to)]);
    const back = graph.gemm(flat, graph.cast(graph.reshape(matrix, [units, elementCount(to)]), flat.type), {
      transB: true,
    });
    const turned = graph.reshape(back, [...others.map((other) => shape[other]!), ...from]);
    return [
      graph.transpose(
        turned,
        order.map((_, place) => order.indexOf(place)),
      ),
    ];
  },
  /** Blocks to an image, each channel alike. */
  Col2Im: unaryRule(({ graph, node, x, inputs, gradient }) => {
    const [batch, rows, columns] = fixedShape(x) as [number, number, number];
    const [, channels, ...sizes] = fixedShape(gradient) as [number, number, ...number[]];
    const block = rows / channels;
    const units = block * columns;
    const matrix = repeated(graph, node, {
      inputs: [graph.reshape(identity(graph, units), [units, block, columns]), ...inputs.slice(1)],
      like: { type: 'float32', shape: [units, 1, ...sizes] },
    });
    const cells = elementCount(sizes);
    const flat = graph.reshape(gradient, [batch * channels, cells]);
    const back = graph.gemm(flat, graph.cast(graph.reshape(matrix, [units, cells]), x.type), { transB: true });
    return graph.reshape(back, [batch, rows, columns]);
  }),
} satisfies Record<string, GradientRule>;
