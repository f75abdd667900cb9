import { copyOf, type AttributeValue } from '../proto/messages.js';
import type { NodeProto } from '../proto/onnx.gen.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { elementCount, float32 } from '../tensors/tensor.js';

interface EmittedNode {
  readonly inputs: readonly (Value | undefined)[];
  /** What the one output looks like. */
  readonly like: Pick<Value, 'type' | 'shape'>;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** One node with one output, for operators that only gradients write. */
export function emitted(graph: GraphBuilder, opType: string, { inputs, like, attributes = {} }: EmittedNode): Value {
  return graph.emit({ opType, inputs, outputs: [{ type: like.type, shape: like.shape }], attributes })[0]!;
}

/** The node once more, attributes and all, on other inputs. */
export function repeated(
  graph: GraphBuilder,
  node: NodeProto,
  { inputs, like, without = [] }: Omit<EmittedNode, 'attributes'> & { readonly without?: readonly string[] },
): Value {
  const value = emitted(graph, node.opType, { inputs, like });
  const written = graph.nodes.pop()!;
  const attribute = node.attribute.filter(({ name }) => !without.includes(name));
  graph.nodes.push(copyOf(written, { attribute, domain: node.domain }));
  return value;
}

/** 1 where x is above zero, else 0. */
export function step(graph: GraphBuilder, x: Value): Value {
  // Steep enough for every normal float32, and a third of the time of Where: onnxruntime has no fast kernel for Where or Sign.
  return x.type === 'float32' ? graph.hardSigmoid(x, 1e30, 0) : graph.cast(graph.greater(x, 0), x.type);
}

/** 1, 0 or -1. */
export function sign(graph: GraphBuilder, x: Value): Value {
  if (x.type !== 'float32') return emitted(graph, 'Sign', { inputs: [x], like: x });
  return graph.sub(graph.mul(graph.hardSigmoid(x, 1e30, 0.5), 2), 1);
}

export const abs = (graph: GraphBuilder, x: Value): Value => emitted(graph, 'Abs', { inputs: [x], like: x });

/** 1 where two values are equal, else 0. */
export const same = (graph: GraphBuilder, a: Value, b: Value): Value => graph.cast(graph.equal(a, b), a.type);

export const isZero = (graph: GraphBuilder, x: Value): Value => same(graph, x, graph.scalar(0, x.type));

/** Unit vectors, one in each row: what a linear operator answers to them is its matrix. */
export const identity = (graph: GraphBuilder, size: number): Value =>
  graph.constant(
    float32(
      [size, size],
      Float32Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0)),
    ),
  );

/** The numbers 1 to n in the shape given: where each element lies, counted from 1 so that 0 means nowhere. */
export function places(graph: GraphBuilder, shape: readonly number[]): Value {
  const count = elementCount(shape);
  const scalars = [1, count + 1, 1].map((value) => graph.scalar(value, 'int64'));
  return graph.reshape(emitted(graph, 'Range', { inputs: scalars, like: { type: 'int64', shape: [count] } }), shape);
}

/**
 * The gradient of an operator that only moves values: each goes back to the place it came from, adding up where one was moved to
 * several. `from` are those places (see `places`), in the gradient's shape.
 */
export function putBack(
  graph: GraphBuilder,
  gradient: Value,
  { from, shape }: { from: Value; shape: readonly number[] },
): Value {
  const count = elementCount(shape);
  const moved = elementCount(fixedShape(gradient));
  const sums = graph.scatterElementsAdd(graph.zerosOf([count + 1], gradient.type), {
    indices: graph.reshape(from, [moved]),
    updates: graph.reshape(gradient, [moved]),
    axis: 0,
  });
  return graph.reshape(graph.slice(sums, { axis: 0, from: 1, to: count + 1 }), shape);
}
