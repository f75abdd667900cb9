import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import type { NodeProto } from '../proto/onnx.gen.js';
import { convRules } from './conv.js';
import { elementwiseRules } from './elementwise.js';
import { indexingRules } from './indexing.js';
import { matMulRules } from './matmul.js';
import { normalisationRules } from './normalisation.js';
import { reduceRules } from './reduce.js';
import { NoGradient, type GradientRule } from './rule.js';
import { shapeRules } from './shape.js';

/** One rule per operator of the standard domain. */
export const gradientRules: Readonly<Record<string, GradientRule>> = {
  ...elementwiseRules,
  ...matMulRules,
  ...shapeRules,
  ...reduceRules,
  ...normalisationRules,
  ...indexingRules,
  ...convRules,
};

/** The gradient of the loss by some value of the graph, known before differentiation starts. */
export interface Seed {
  readonly of: Value;
  readonly gradient: Value;
}

/**
 * Reverse-mode differentiation: adds nodes to the graph that compute the gradient of the loss by each of `wanted`.
 * Throws NoGradient for a node between them and the seeds whose operator has no rule, and an error where no path leads from one to the loss.
 */
export function backward(graph: GraphBuilder, seeds: readonly Seed[], wanted: readonly Value[]): Map<string, Value> {
  const forward = [...graph.nodes];
  const dependent = dependentsOf(forward, wanted);
  const contributions = new Map<string, Value[]>();
  const contribute = (name: string, gradient: Value): void => {
    contributions.set(name, [...(contributions.get(name) ?? []), gradient]);
  };
  // Add chains, not Sum: onnxruntime's Sum takes twice as long.
  const total = (name: string): Value | undefined => {
    const parts = contributions.get(name);
    if (!parts) return undefined;
    const sum = parts.reduce((left, right) => graph.add(left, right));
    contributions.set(name, [sum]);
    return sum;
  };
  for (const { of, gradient } of seeds) contribute(of.name, gradient);

  for (const node of forward.reverse()) {
    const reached = node.output.some((name) => dependent.has(name) && contributions.has(name));
    if (!reached || !node.input.some((name) => dependent.has(name))) continue;
    const rule = node.domain === '' || node.domain === 'ai.onnx' ? gradientRules[node.opType] : undefined;
    if (!rule) throw new NoGradient(node, 'expected an operator with a gradient, found none.');
    const gradients = rule({
      graph,
      node,
      inputs: node.input.map((name) => (name === '' ? undefined : graph.value(name))),
      outputs: node.output.filter((name) => name !== '').map((name) => graph.value(name)),
      gradients: node.output.map(total),
      needs: (input) => dependent.has(node.input[input] ?? ''),
    });
    node.input.forEach((name, index) => {
      const gradient = gradients[index];
      if (gradient && dependent.has(name)) contribute(name, gradient);
    });
  }
  return new Map(wanted.map((value) => [value.name, total(value.name) ?? unreached(value)]));
}

function dependentsOf(nodes: readonly NodeProto[], wanted: readonly Value[]): Set<string> {
  const dependent = new Set(wanted.map(({ name }) => name));
  for (const { input, output } of nodes) {
    if (input.some((name) => dependent.has(name))) for (const name of output) dependent.add(name);
  }
  return dependent;
}

function unreached({ name }: Value): never {
  throw new Error(
    `Parameter "${name}": expected a path to the loss, found none. Freeze it or use it in the objective.`,
  );
}
