import type { GraphProto, NodeProto } from '../proto/onnx.gen.js';

/** The graphs and all that are nested in their nodes (If, Loop, Scan), outer ones first. */
export function allGraphs(...graphs: readonly GraphProto[]): GraphProto[] {
  return graphs.flatMap((graph) => [graph, ...allGraphs(...graph.node.flatMap(nestedGraphs))]);
}

/** Every node of a graph, those of nested graphs included. */
export const allNodes = (graph: GraphProto): NodeProto[] => allGraphs(graph).flatMap(({ node }) => node);

/** The bodies a node holds. */
export const nestedGraphs = ({ attribute }: NodeProto): GraphProto[] =>
  attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs]);
