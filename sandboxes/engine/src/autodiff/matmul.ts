import { floatAttribute, intAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { elementCount } from '../tensors/tensor.js';
import { unbroadcast } from './broadcast.js';
import { rewritingRule, type GradientRule } from './rule.js';

/** Last two axes swapped; onnxruntime fuses it into the product that follows. */
function swapped(graph: GraphBuilder, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return graph.transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
}

/**
 * a^T b of matrices [rows, inner] and [rows, columns]. onnxruntime transposes a strip of `a` again for each strip of columns: where one
 * side is much wider, the narrow one is transposed once before, in a shape that no fusion takes back.
 */
function transposedProduct(graph: GraphBuilder, a: Value, b: Value): Value {
  const [[rows, inner], [, columns]] = [fixedShape(a), fixedShape(b)] as [[number, number], [number, number]];
  const turned = (x: Value, width: number): Value =>
    graph.reshape(graph.transpose(graph.reshape(x, [1, rows, width]), [2, 0, 1]), [width, rows]);
  if (columns >= WIDER * inner) return graph.gemm(turned(a, inner), b);
  if (inner >= WIDER * columns) return graph.transpose(graph.gemm(turned(b, columns), a), [1, 0]);
  return graph.gemm(a, b, { transA: true });
}

/** From this ratio on a transposition costs less than it saves. */
const WIDER = 4;

export const matMulRules = {
  MatMul: (of) => {
    const { graph, inputs, gradients, needs } = of;
    const [a, b, gradient] = [inputs[0]!, inputs[1]!, gradients[0]!];
    if (a.shape.length < 2 || b.shape.length < 2) return vectorProduct(of);
    if (b.shape.length > 2) {
      return [
        needs(0) ? unbroadcast(graph, graph.matMul(gradient, swapped(graph, b)), a) : undefined,
        needs(1) ? unbroadcast(graph, graph.matMul(swapped(graph, a), gradient), b) : undefined,
      ];
    }
    // One matrix for all rows: a single Gemm instead of a batch of products that is summed afterwards.
    const shape = fixedShape(a);
    const [inner, columns] = fixedShape(b) as [number, number];
    const rows = elementCount(shape) / inner;
    const flat = graph.reshape(gradient, [rows, columns]);
    return [
      needs(0) ? graph.reshape(graph.gemm(flat, b, { transB: true }), shape) : undefined,
      needs(1) ? transposedProduct(graph, graph.reshape(a, [rows, inner]), flat) : undefined,
    ];
  },
  Gemm: ({ graph, node, inputs, gradients, needs }) => {
    const [a, b, c] = [inputs[0]!, inputs[1]!, inputs[2]];
    const scaled = (name: string): Value => {
      const factor = floatAttribute(node, name, 1);
      return factor === 1 ? gradients[0]! : graph.mul(gradients[0]!, factor);
    };
    const gradient = scaled('alpha');
    const transA = intAttribute(node, 'transA', 0) === 1;
    const transB = intAttribute(node, 'transB', 0) === 1;
    const toA = () =>
      transA ? graph.gemm(b, gradient, { transA: transB, transB: true }) : graph.gemm(gradient, b, { transB: !transB });
    const toB = () =>
      transB ? graph.gemm(gradient, a, { transA: true, transB: transA }) : graph.gemm(a, gradient, { transA: !transA });
    return [
      needs(0) ? toA() : undefined,
      needs(1) ? toB() : undefined,
      c && needs(2) ? unbroadcast(graph, scaled('beta'), c) : undefined,
    ];
  },
} satisfies Record<string, GradientRule>;

/** A vector counts as one row on the left, as one column on the right. */
const vectorProduct = rewritingRule(({ graph, inputs, outputs }) => {
  const [a, b] = [inputs[0]!, inputs[1]!];
  const left = a.shape.length === 1 ? graph.reshape(a, [1, ...a.shape]) : a;
  const right = b.shape.length === 1 ? graph.reshape(b, [...b.shape, 1]) : b;
  return [graph.reshape(graph.matMul(left, right), outputs[0]!.shape)];
});
