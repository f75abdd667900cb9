import type { NodeProto } from '../proto/onnx.gen.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';

/** What a rule sees: one forward node and the gradients of its outputs. */
export interface Differentiation {
  readonly graph: GraphBuilder;
  readonly node: NodeProto;
  /** Inputs left out in the middle are undefined. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  /** By output; undefined where nothing that is differentiated uses it. */
  readonly gradients: readonly (Value | undefined)[];
  /** Whether the gradient of that input is asked for. */
  readonly needs: (input: number) => boolean;
}

/** Answers the gradient of each input, undefined where none was asked for (vector-Jacobian product). */
export type GradientRule = (of: Differentiation) => readonly (Value | undefined)[];

/** A rule for an operator whose first output and first input alone carry gradients. */
export const unaryRule =
  (
    derive: (of: {
      graph: GraphBuilder;
      node: NodeProto;
      x: Value;
      y: Value;
      gradient: Value;
      inputs: readonly (Value | undefined)[];
    }) => Value,
  ): GradientRule =>
  ({ graph, node, inputs, outputs, gradients }) => [
    derive({ graph, node, inputs, x: inputs[0]!, y: outputs[0]!, gradient: gradients[0]! }),
  ];

/** A node that its operator's rule does not cover. */
export class NoGradient extends Error {
  constructor(node: Pick<NodeProto, 'name' | 'opType' | 'domain'>, reason: string) {
    const operator = node.domain ? `${node.domain}.${node.opType}` : node.opType;
    super(
      `Node "${node.name}" (${operator}): ${reason} Freeze the parameters before it, or write the graph with other operators.`,
    );
    this.name = 'NoGradient';
  }
}
