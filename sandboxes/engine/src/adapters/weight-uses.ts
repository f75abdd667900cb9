import type { GraphProto, NodeProto } from '../proto/onnx.gen.js';
import { intAttribute, intsAttribute } from '../proto/messages.js';
import type { Model } from '../model/model.js';

/** A node that multiplies by a weight: its second input is the weight or, for matrices, the weight transposed. */
export interface Product {
  readonly node: NodeProto;
  readonly weight: string;
  /** Whether the node multiplies by the weight's transpose, by an attribute of its own or by a Transpose before it. */
  readonly transposed: boolean;
}

export interface WeightUses {
  /** In the order of the graph. */
  readonly products: readonly Product[];
  /** Whether something else reads the weight as well: another operator, a nested graph, an output of the model. */
  readonly others: boolean;
}

/** How the weights of a model are used that products of MatMul, Gemm and Conv read, by name. */
export function weightUses(model: Model): ReadonlyMap<string, WeightUses> {
  const aliases = aliasesOf(model);
  const products = new Map<string, Product[]>();
  const others = new Set<string>();
  for (const { name } of model.graph.output) markOther(others, aliases.get(name));
  for (const node of model.graph.node) {
    const product = productOf(node, aliases);
    if (product) products.set(product.weight, [...(products.get(product.weight) ?? []), product]);
    const second = product ? 1 : -1;
    const passes = node.output.some((name) => aliases.has(name));
    if (!passes) node.input.forEach((name, at) => at !== second && markOther(others, aliases.get(name)));
    for (const name of namesInside(node)) markOther(others, aliases.get(name));
  }
  return new Map([...products].map(([weight, found]) => [weight, { products: found, others: others.has(weight) }]));
}

interface Alias {
  readonly weight: string;
  readonly transposed: boolean;
}

/** The names under which a weight arrives: its own, and those behind Transpose (of matrices) and Identity. */
function aliasesOf(model: Model): Map<string, Alias> {
  const aliases = new Map<string, Alias>(
    [...model.initializers.keys()].map((weight) => [weight, { weight, transposed: false }]),
  );
  for (const node of model.graph.node) {
    const alias = aliases.get(node.input[0] ?? '');
    if (!alias) continue;
    const turns = node.opType === 'Transpose' && model.initializers.get(alias.weight)!.shape.length === 2;
    const swaps = turns && (intsAttribute(node, 'perm') ?? [1, 0]).join() === '1,0';
    if (swaps || node.opType === 'Identity')
      aliases.set(node.output[0]!, { weight: alias.weight, transposed: alias.transposed !== swaps });
  }
  return aliases;
}

function productOf(node: NodeProto, aliases: ReadonlyMap<string, Alias>): Product | undefined {
  const alias = node.domain === '' || node.domain === 'ai.onnx' ? aliases.get(node.input[1] ?? '') : undefined;
  if (!alias) return undefined;
  switch (node.opType) {
    case 'MatMul':
      return { node, ...alias };
    case 'Gemm':
      return { node, weight: alias.weight, transposed: alias.transposed !== (intAttribute(node, 'transB', 0) === 1) };
    case 'Conv':
      return intAttribute(node, 'group', 1) === 1 ? { node, ...alias } : undefined;
    default:
      return undefined;
  }
}

function markOther(others: Set<string>, alias: Alias | undefined): void {
  if (alias) others.add(alias.weight);
}

function namesInside(node: NodeProto): string[] {
  const inside = (graph: GraphProto): string[] => [
    ...graph.node.flatMap((inner) => [...inner.input, ...namesInside(inner)]),
    ...graph.output.map(({ name }) => name),
  ];
  return node.attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs].flatMap(inside));
}
