import type { NodeProto } from '../proto/onnx.gen.js';
import { readValueInfo, type Shape } from '../proto/messages.js';
import type { ElementType } from '../tensors/tensor.js';
import type { Model } from './model.js';
import { matches, type NamePattern } from './name-pattern.js';
import { readsOf, recordedInfo } from './walk.js';

/** A value at which a model may be taken apart. */
export interface Cut {
  readonly tensor: string;
  /** Where the model records them. */
  readonly type?: ElementType;
  readonly shape?: Shape;
  /** The nodes that a sequence of operators was found in; the last one answers the value. Empty for an input of the model. */
  readonly nodes: readonly NodeProto[];
  /** Whether everything that the outputs depend on passes through it: cut there, the model falls into two that share nothing. */
  readonly separates: boolean;
}

export type CutPattern =
  | { readonly tensor: NamePattern }
  /** Operators in turn, each reading what the one before answers; an initializer's or constant's way in does not count. */
  | { readonly operators: readonly NamePattern[] };

/** All values that match, in the order in which they are computed. */
export function findCuts(model: Model, pattern: CutPattern): Cut[] {
  const recorded = recordedInfo(model.graph);
  const separating = separatingValues(model);
  const cut = (tensor: string, nodes: readonly NodeProto[]): Cut => {
    const info = recorded.get(tensor);
    return { tensor, ...(info ? readValueInfo(info) : {}), nodes, separates: separating.has(tensor) };
  };
  if ('tensor' in pattern) {
    const inputs = openInputs(model).filter((name) => matches(pattern.tensor, name));
    const answered = model.graph.node.flatMap((node) =>
      node.output.filter((name) => name !== '' && matches(pattern.tensor, name)).map((name) => cut(name, [node])),
    );
    return [...inputs.map((name) => cut(name, [])), ...answered];
  }
  const makers = new Map(model.graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  return model.graph.node.flatMap((node) => {
    const chain = chainTo(makers, node, pattern.operators);
    const tensor = node.output[0];
    return chain && tensor !== undefined ? [cut(tensor, chain)] : [];
  });
}

/** The one value that matches; throws where none or several do, naming them. */
export function findCut(model: Model, pattern: CutPattern): Cut {
  const found = findCuts(model, pattern);
  if (found.length === 1) return found[0]!;
  const asked = 'tensor' in pattern ? `value ${String(pattern.tensor)}` : `sequence ${pattern.operators.join(' ')}`;
  const names = found.map(({ tensor }) => `"${tensor}"`);
  throw new Error(
    `Cut: expected one ${asked}, found ${names.length === 0 ? 'none' : `${names.length}: ${names.slice(0, 8).join(', ')}`}.`,
  );
}

type Makers = ReadonlyMap<string, NodeProto>;

function chainTo(makers: Makers, last: NodeProto, operators: readonly NamePattern[]): NodeProto[] | undefined {
  const pattern = operators.at(-1);
  if (pattern === undefined || !matches(pattern, operatorOf(last))) return undefined;
  if (operators.length === 1) return [last];
  for (const name of last.input) {
    const before = makers.get(name);
    const chain = before && chainTo(makers, before, operators.slice(0, -1));
    if (chain) return [...chain, last];
  }
  return undefined;
}

/** "Conv", "com.microsoft.Attention": how an operator is called in patterns and answers. */
export const operatorOf = ({ domain, opType }: Pick<NodeProto, 'domain' | 'opType'>): string =>
  domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;

const openInputs = ({ graph, initializers }: Model): string[] =>
  graph.input.map(({ name }) => name).filter((name) => !initializers.has(name));

/**
 * Values that every way from an input to an output passes. Walking in order, such a value is the only one that was computed from
 * inputs so far and is still read later on.
 */
function separatingValues(model: Model): Set<string> {
  const { node: nodes, output } = model.graph;
  const lastRead = new Map<string, number>();
  for (const [at, node] of nodes.entries()) for (const name of readsOf(node)) lastRead.set(name, at);
  for (const { name } of output) lastRead.set(name, nodes.length);
  const alive = new Set(openInputs(model).filter((name) => lastRead.has(name)));
  const fromInputs = new Set(alive);
  const found = new Set<string>();
  const note = (): void => {
    if (alive.size === 1) for (const name of alive) found.add(name);
  };
  note();
  for (const [at, node] of nodes.entries()) {
    if (!readsOf(node).some((name) => fromInputs.has(name))) continue;
    for (const name of node.output) {
      if (!lastRead.has(name)) continue;
      fromInputs.add(name);
      alive.add(name);
    }
    for (const name of alive) if (lastRead.get(name)! <= at) alive.delete(name);
    note();
  }
  return found;
}
