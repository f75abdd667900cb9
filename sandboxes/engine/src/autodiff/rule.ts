import type { NodeProto } from '../proto/onnx.gen.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';

/** The gradient of the loss by some value of the graph, known before differentiation starts. */
export interface Seed {
  readonly of: Value;
  readonly gradient: Value;
}

/** What a rule sees: one forward node and the gradients of its outputs. */
export interface Differentiation {
  readonly graph: GraphBuilder;
  readonly node: NodeProto;
  /** Inputs left out in the middle are undefined. */
  readonly inputs: readonly (Value | undefined)[];
  /** Outputs left out in the middle are undefined. */
  readonly outputs: readonly (Value | undefined)[];
  /** By output; undefined where nothing that is differentiated uses it. */
  readonly gradients: readonly (Value | undefined)[];
  /** Whether the gradient of that input is asked for. */
  readonly needs: (input: number) => boolean;
  /** Differentiates other nodes of the graph, for rules that rewrite the operator; by name, absent where the gradient is zero. */
  readonly differentiate: (
    nodes: readonly NodeProto[],
    seeds: readonly Seed[],
    wanted: readonly Value[],
  ) => ReadonlyMap<string, Value>;
}

/** Answers the gradient of each input, undefined where none was asked for or it is zero (vector-Jacobian product). */
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
  ({ graph, node, inputs, outputs, gradients, needs }) => {
    for (const index of inputs.keys())
      if (index > 0 && needs(index))
        throw new NoGradient(
          node,
          `expected input ${index} ("${inputs[index]!.name}") to be frozen, found it trained.`,
        );
    return gradients[0] ? [derive({ graph, node, inputs, x: inputs[0]!, y: outputs[0]!, gradient: gradients[0] })] : [];
  };

/**
 * A rule that writes the operator once more with operators that have gradients, and differentiates those. For operators where time
 * matters little: what it writes is computed beside the forward node.
 */
export const rewritingRule =
  (rewrite: (of: Differentiation) => readonly (Value | undefined)[]): GradientRule =>
  (of) => {
    const before = of.graph.nodes.length;
    const outputs = rewrite(of);
    const seeds = outputs.flatMap((value, index) => {
      const gradient = of.gradients[index];
      return value && gradient ? [{ of: value, gradient }] : [];
    });
    const unwritten = of.gradients.findIndex((gradient, index) => gradient && !outputs[index]);
    if (unwritten >= 0)
      throw new NoGradient(of.node, `expected output ${unwritten} to be unused, found it in the loss.`);
    const wanted = new Map(
      of.inputs.flatMap((input, index) => (input && of.needs(index) ? [[input.name, input]] : [])),
    );
    const found = of.differentiate(of.graph.nodes.slice(before), seeds, [...wanted.values()]);
    // A value that is two inputs at once has one gradient, which is handed back for the first of them.
    return of.inputs.map((input, index) =>
      input && of.inputs.findIndex((other) => other?.name === input.name) === index ? found.get(input.name) : undefined,
    );
  };

/** For operators that are constant between jumps: zero wherever they have a derivative. */
export const zeroRule: GradientRule = () => [];

/** A node that its operator's rule does not cover. */
export class NoGradient extends Error {
  constructor(
    node: Pick<NodeProto, 'name' | 'opType' | 'domain' | 'output'>,
    private readonly reason: string,
    advice = 'Freeze the parameters before it, or write the graph with other operators.',
  ) {
    const operator = node.domain ? `${node.domain}.${node.opType}` : node.opType;
    // Many exports leave their nodes without names.
    const name = node.name === '' ? `of "${node.output.join('", "')}"` : `"${node.name}"`;
    super(`Node ${name} (${operator}): ${reason} ${advice}`);
    this.name = 'NoGradient';
  }

  /** The same for the node of the forward graph, saying whether freezing would do: `upstream` are the trained values it depends on. */
  advising(node: NodeProto, trained: { upstream: readonly Value[]; wanted: readonly Value[] }): NoGradient {
    const { upstream, wanted } = trained;
    const shown = upstream.slice(0, 3).map(({ name }) => `"${name}"`);
    const names = upstream.length > shown.length ? [...shown, `${upstream.length - shown.length} more`] : shown;
    const advice =
      upstream.length < wanted.length
        ? `Freezing what lies before it would do: ${names.join(', ')}.`
        : `Freezing would not do, everything trained lies before it (${names.join(', ')}): write the graph with other operators.`;
    return new NoGradient(node, this.reason, advice);
  }
}
