import { intAttribute, stringAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { positiveAxis } from '../graph/shapes.js';
import { elementCount } from '../tensors/tensor.js';
import { emitted, places, putBack, repeated, same } from './emit.js';
import { NoGradient, rewritingRule, unaryRule, type Differentiation, type GradientRule } from './rule.js';

/** What differs between the scatters: how to read and write at the node's indices. */
interface Scatter {
  readonly read: (from: Value) => Value;
  readonly write: (into: Value, updates: Value, reduction: string) => Value;
}

/** Gradients by data and updates. Where several updates meet one place, `none` leaves open which one stays (as ONNX does). */
function scatterGradients(of: Differentiation, { read, write }: Scatter): readonly (Value | undefined)[] {
  const { graph, node, inputs, outputs, gradients, needs } = of;
  const [data, updates, y, gradient] = [inputs[0]!, inputs[2]!, outputs[0]!, gradients[0]!];
  const reduction = stringAttribute(node, 'reduction', 'none');
  const answer = (toData: () => Value, toUpdates: () => Value) => [
    needs(0) ? toData() : undefined,
    undefined,
    needs(2) ? toUpdates() : undefined,
  ];
  switch (reduction) {
    case 'none':
      return answer(
        () => write(gradient, graph.zerosOf(fixedShape(updates), updates.type), 'none'),
        () => read(gradient),
      );
    case 'add':
      return answer(
        () => gradient,
        () => read(gradient),
      );
    case 'mul':
      return answer(
        () => write(gradient, updates, 'mul'),
        () => graph.div(read(graph.mul(gradient, y)), updates),
      );
    case 'max':
    case 'min':
      return answer(
        () => graph.mul(gradient, same(graph, data, y)),
        () => graph.mul(read(gradient), same(graph, updates, read(y))),
      );
    default:
      throw new NoGradient(node, `expected reduction none, add, mul, max or min, found ${reduction}.`);
  }
}

const scatterElements: GradientRule = (of) => {
  const { graph, node, inputs } = of;
  const [data, indices] = [inputs[0]!, inputs[1]!];
  const axis = positiveAxis(intAttribute(node, 'axis', 0), data.shape.length);
  return scatterGradients(of, {
    read: (from) => graph.gatherElements(from, indices, axis),
    write: (into, updates, reduction) =>
      emitted(graph, 'ScatterElements', {
        inputs: [into, indices, updates],
        like: into,
        attributes: { axis, reduction },
      }),
  });
};

/** Where each element that a GatherND with these indices reads lies in the flattened data, counted from 0. */
function flatPlaces(
  graph: GraphBuilder,
  { data, indices, shape }: { data: Value; indices: Value; shape: readonly number[] },
): Value {
  const read = emitted(graph, 'GatherND', {
    inputs: [places(graph, fixedShape(data)), indices],
    like: { type: 'int64', shape },
  });
  return graph.sub(graph.reshape(read, [elementCount(shape)]), 1);
}

export const indexingRules = {
  Gather: unaryRule(({ graph, node, x, inputs, gradient }) => {
    const shape = fixedShape(x);
    const indices = inputs[1]!;
    const axis = positiveAxis(intAttribute(node, 'axis', 0), shape.length);
    const [before, size, after] = [
      elementCount(shape.slice(0, axis)),
      shape[axis]!,
      elementCount(shape.slice(axis + 1)),
    ];
    const picks = elementCount(fixedShape(indices));
    const [constant, ...others] = graph.constantNumbers(indices.name) ?? [];
    if (constant !== undefined && others.length === 0) {
      const at = constant < 0 ? constant + size : constant;
      const column = graph.reshape(gradient, [before, 1, after]);
      return graph.reshape(graph.pad(column, [0, at, 0, 0, size - at - 1, 0]), shape);
    }
    const updates = graph.reshape(gradient, [before, picks, after]);
    const everywhere = graph.expand(graph.reshape(graph.cast(indices, 'int64'), [1, picks, 1]), [before, picks, after]);
    return graph.reshape(
      graph.scatterElementsAdd(graph.zerosOf([before, size, after], x.type), {
        indices: everywhere,
        updates,
        axis: 1,
      }),
      shape,
    );
  }),
  GatherElements: unaryRule(({ graph, node, x, inputs, gradient }) =>
    graph.scatterElementsAdd(graph.zerosOf(fixedShape(x), x.type), {
      indices: inputs[1]!,
      updates: gradient,
      axis: intAttribute(node, 'axis', 0),
    }),
  ),
  GatherND: unaryRule(({ graph, node, x, inputs, gradient }) => {
    const shape = fixedShape(x);
    const like = { type: 'int64', shape: gradient.shape } as const;
    return putBack(graph, gradient, {
      from: repeated(graph, node, { inputs: [places(graph, shape), inputs[1]], like }),
      shape,
    });
  }),
  ScatterElements: scatterElements,
  // Over the flattened data with ScatterElements: onnxruntime's ScatterND loses reductions on more than one thread.
  ScatterND: (of) => {
    const { graph, inputs } = of;
    const [data, indices, updates] = [inputs[0]!, inputs[1]!, inputs[2]!];
    const shape = fixedShape(updates);
    const flat = flatPlaces(graph, { data, indices, shape });
    const line = (value: Value) => graph.reshape(value, [elementCount(fixedShape(value))]);
    return scatterGradients(of, {
      read: (from) => graph.reshape(graph.gather(line(from), flat), shape),
      write: (into, written, reduction) => {
        const attributes = { axis: 0, reduction };
        const target = line(into);
        const result = emitted(graph, 'ScatterElements', {
          inputs: [target, flat, line(written)],
          like: target,
          attributes,
        });
        return graph.reshape(result, into.shape);
      },
    });
  },
  // Written over, slice by slice: the node is asked once more which update went where.
  TensorScatter: ({ graph, node, inputs: [past, update, at], gradients: [gradient], needs }) => {
    const shape = fixedShape(update!);
    const like = { type: 'int64', shape: gradient!.shape } as const;
    const blank = graph.cast(graph.zerosOf(fixedShape(past!)), 'int64');
    const from = repeated(graph, node, { inputs: [blank, places(graph, shape), at], like });
    return [
      needs(0) ? graph.mul(gradient!, graph.cast(graph.equal(from, 0), gradient!.type)) : undefined,
      needs(1) ? putBack(graph, gradient!, { from, shape }) : undefined,
    ];
  },
  TopK: ({ graph, node, inputs: [x], outputs: [values], gradients: [gradient] }) => {
    const [, indices] = graph.extendOutputs(node, [values!, { type: 'int64', shape: values!.shape }]);
    return [
      graph.scatterElementsAdd(graph.zerosOf(fixedShape(x!), x!.type), {
        indices: indices!,
        updates: gradient!,
        axis: intAttribute(node, 'axis', -1),
      }),
    ];
  },
  // The two values, off and on, weighted by where they stand.
  OneHot: rewritingRule(({ graph, node, inputs: [indices, depth, values], outputs: [y] }) => {
    const marks = repeated(graph, node, {
      inputs: [indices, depth, graph.cast(graph.integers([0, 1]), values!.type)],
      like: y!,
    });
    const [off, on] = graph.split(values!, [1, 1], 0);
    return [graph.add(graph.mul(marks, on!), graph.mul(graph.sub(1, marks), off!))];
  }),
  Compress: unaryRule(({ graph, node, x, inputs, gradient }) => {
    const shape = fixedShape(x);
    const like = { type: 'int64', shape: gradient.shape } as const;
    return putBack(graph, gradient, {
      from: repeated(graph, node, { inputs: [places(graph, shape), inputs[1]], like }),
      shape,
    });
  }),
} satisfies Record<string, GradientRule>;
