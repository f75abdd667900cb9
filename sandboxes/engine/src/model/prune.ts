import type { GraphProto, NodeProto } from '../proto/onnx.gen.js';
import { copyOf } from '../proto/messages.js';
import type { Model } from './model.js';
import { nestedGraphs, readsOf, withNestedGraphs } from './walk.js';

/** The same answers from fewer parts: nodes that no output needs, and initializers that no node reads, are gone; nested graphs included. */
export function prune(model: Model): Model {
  const graph = prunedGraph(model.graph);
  const read = new Set([...graph.node.flatMap(readsOf), ...graph.output.map(({ name }) => name)]);
  const initializers = new Map([...model.initializers].filter(([name]) => read.has(name)));
  const open = ({ name }: { name: string }): boolean => read.has(name) || !model.initializers.has(name);
  return model.withGraph(copyOf(graph, { input: graph.input.filter(open) }), initializers);
}

function prunedGraph(graph: GraphProto): GraphProto {
  const node = neededNodes(
    graph.node.map((old) => (nestedGraphs(old).length > 0 ? withNestedGraphs(old, prunedGraph) : old)),
    graph.output.map(({ name }) => name),
  );
  return restricted(copyOf(graph, { node }));
}

/** The nodes of a topological order that some of `outputs` depend on. */
export function neededNodes(nodes: readonly NodeProto[], outputs: readonly string[]): NodeProto[] {
  const needed = new Set(outputs);
  return nodes
    .toReversed()
    .filter((node) => {
      if (!node.output.some((name) => needed.has(name))) return false;
      for (const name of readsOf(node)) needed.add(name);
      return true;
    })
    .toReversed();
}

/** Drops what is said about values that the graph no longer has. */
export function restricted(graph: GraphProto): GraphProto {
  const read = new Set([...graph.node.flatMap(readsOf), ...graph.output.map(({ name }) => name)]);
  const present = new Set([...read, ...graph.node.flatMap(({ output }) => output)]);
  return copyOf(graph, {
    initializer: graph.initializer.filter(({ name }) => read.has(name)),
    sparseInitializer: graph.sparseInitializer.filter(({ values }) => read.has(values?.name ?? '')),
    valueInfo: graph.valueInfo.filter(({ name }) => present.has(name)),
    quantizationAnnotation: graph.quantizationAnnotation.filter(({ tensorName }) => present.has(tensorName)),
  });
}
