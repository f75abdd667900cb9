import type { GraphProto, NodeProto, ValueInfoProto } from '../proto/onnx.gen.js';
import { copyOf, readValueInfo } from '../proto/messages.js';

/** The graphs and all that are nested in their nodes (If, Loop, Scan), outer ones first. */
export function allGraphs(...graphs: readonly GraphProto[]): GraphProto[] {
  return graphs.flatMap((graph) => [graph, ...allGraphs(...graph.node.flatMap(nestedGraphs))]);
}

/** Every node of a graph, those of nested graphs included. */
export const allNodes = (graph: GraphProto): NodeProto[] => allGraphs(graph).flatMap(({ node }) => node);

/** The bodies a node holds. */
export const nestedGraphs = ({ attribute }: NodeProto): GraphProto[] =>
  attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs]);

/** The node with each of its bodies as `change` answers it. */
export const withNestedGraphs = (node: NodeProto, change: (graph: GraphProto) => GraphProto): NodeProto =>
  copyOf(node, {
    attribute: node.attribute.map((held) =>
      held.g || held.graphs.length > 0
        ? copyOf(held, { ...(held.g ? { g: change(held.g) } : {}), graphs: held.graphs.map(change) })
        : held,
    ),
  });

/** All names a node reads, those included that its nested graphs take from outside. */
export const readsOf = (node: NodeProto): string[] => [
  ...node.input.filter((name) => name !== ''),
  ...nestedGraphs(node).flatMap(capturedBy),
];

function capturedBy(graph: GraphProto): string[] {
  const own = new Set([
    ...graph.input.map(({ name }) => name),
    ...graph.initializer.map(({ name }) => name),
    ...graph.sparseInitializer.map(({ values }) => values?.name ?? ''),
    ...graph.node.flatMap(({ output }) => output),
  ]);
  const read = [...graph.node.flatMap(readsOf), ...graph.output.map(({ name }) => name)];
  return read.filter((name) => !own.has(name));
}

/** What the graph says about its values, by name, where it says type and shape. */
export const recordedInfo = (graph: GraphProto): Map<string, ValueInfoProto> =>
  new Map(
    [...graph.valueInfo, ...graph.input, ...graph.output]
      .filter((info) => readValueInfo(info) !== undefined)
      .map((info) => [info.name, info]),
  );
