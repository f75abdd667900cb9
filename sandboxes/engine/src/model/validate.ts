import type { GraphProto, NodeProto } from '../proto/onnx.gen.js';
import { readValueInfo, type Shape } from '../proto/messages.js';
import { elementCount, type ElementType } from '../tensors/tensor.js';
import { isExternal } from './external-data.js';
import { inferredAlone } from './inferred-types.js';
import type { Model } from './model.js';
import { inOrder, nameOf } from './order.js';
import { allNodes, nestedGraphs } from './walk.js';

/** Something that keeps a model from meaning what it says. */
export interface Problem {
  /** The tensor, node or operator set it is about. */
  readonly where: string;
  readonly expected: string;
  readonly found: string;
}

/**
 * Everything that is wrong with a model: values without a maker or with two, nodes out of order or in a cycle, operator sets that are
 * not imported, data that lie elsewhere, and types and shapes that differ from what onnxruntime infers. Empty for a sound model.
 */
export async function validate(model: Model): Promise<Problem[]> {
  const problems = [...structure(model), ...operatorSets(model), ...weights(model)];
  return problems.length > 0 ? problems : await disagreements(model);
}

export const problemMessage = ({ where, expected, found }: Problem): string =>
  `${where}: expected ${expected}, found ${found}.`;

function structure(model: Model): Problem[] {
  const weightNames = [...model.initializers.keys()];
  return graphProblems(model.graph, new Set(weightNames), new Set());
}

/** `given` are initializers that the graph's message does not list; `outer` what surrounding graphs have made so far. */
function graphProblems(graph: GraphProto, given: ReadonlySet<string>, outer: ReadonlySet<string>): Problem[] {
  const problems: Problem[] = [];
  const weights = [...given, ...graph.initializer.map(({ name }) => name)];
  const made = new Map<string, string>();
  const make = (name: string, by: string): void => {
    const other = made.get(name) ?? (outer.has(name) ? 'a surrounding graph' : undefined);
    if (other !== undefined)
      problems.push({ where: `Value "${name}"`, expected: 'one maker', found: `two: ${other} and ${by}` });
    made.set(name, by);
  };
  for (const name of weights) make(name, 'an initializer');
  for (const { values } of graph.sparseInitializer) make(values?.name ?? '', 'a sparse initializer');
  const inputs = graph.input.filter(({ name }) => !weights.includes(name));
  for (const { name } of inputs) make(name, 'an input of the graph');
  const later = makersOf(graph);
  for (const node of graph.node) {
    for (const name of node.input) {
      if (name === '' || made.has(name) || outer.has(name)) continue;
      const maker = later.get(name);
      problems.push({
        where: `Node "${nameOf(node)}", input "${name}"`,
        expected: 'a value that an initializer, an input or a node before it gives',
        found: maker ? `it made later, by node "${nameOf(maker)}"` : 'no such value',
      });
    }
    for (const nested of nestedGraphs(node))
      problems.push(...graphProblems(nested, new Set(), new Set([...outer, ...made.keys()])));
    for (const name of node.output) if (name !== '') make(name, `node "${nameOf(node)}"`);
  }
  for (const { name } of graph.output)
    if (!made.has(name) && !outer.has(name))
      problems.push({ where: `Output "${name}"`, expected: 'a value that a node makes', found: 'no such value' });
  return [...problems, ...cycleProblems(graph)];
}

const makersOf = (graph: GraphProto): Map<string, NodeProto> =>
  new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));

function cycleProblems({ name, node }: GraphProto): Problem[] {
  try {
    inOrder(node);
    return [];
  } catch (error) {
    const cycle = /found (.*)\.$/.exec((error as Error).message)?.[1] ?? 'one';
    return [{ where: `Graph "${name}"`, expected: 'nodes without a cycle', found: cycle }];
  }
}

function operatorSets({ graph, proto, operatorSets: imported }: Model): Problem[] {
  const functions = new Set(proto.functions.map(({ domain, name }) => `${domain}:${name}`));
  const missing = new Map<string, NodeProto>();
  for (const node of allNodes(graph)) {
    const domain = node.domain === 'ai.onnx' ? '' : node.domain;
    if (!imported.has(domain) && !functions.has(`${node.domain}:${node.opType}`)) missing.set(domain, node);
  }
  return [...missing].map(([domain, node]) => ({
    where: `Operator set "${domain || 'ai.onnx'}"`,
    expected: `an imported version, which node "${nameOf(node)}" (${node.opType}) needs`,
    found: 'none',
  }));
}

function weights(model: Model): Problem[] {
  const problems: Problem[] = [];
  for (const [name, { shape, data }] of model.initializers) {
    if (data.length !== elementCount(shape))
      problems.push({
        where: `Initializer "${name}"`,
        expected: `${elementCount(shape)} numbers for [${shape.join(', ')}]`,
        found: String(data.length),
      });
  }
  for (const tensor of model.graph.initializer.filter(isExternal)) {
    const location = tensor.externalData.find(({ key }) => key === 'location')?.value ?? '';
    problems.push({
      where: `Initializer "${tensor.name}"`,
      expected: 'its data in the model (loadModel reads them)',
      found: `external data in "${location}"`,
    });
  }
  for (const info of model.graph.input) {
    const [value, recorded] = [model.initializers.get(info.name), readValueInfo(info)];
    if (value && recorded) problems.push(...difference(`Initializer "${info.name}"`, recorded, value));
  }
  return problems;
}

async function disagreements(model: Model): Promise<Problem[]> {
  let inferred: Awaited<ReturnType<typeof inferredAlone>>;
  try {
    inferred = await inferredAlone(model);
  } catch (error) {
    return [{ where: 'Model', expected: 'one that onnxruntime loads', found: (error as Error).message }];
  }
  return [...model.graph.valueInfo, ...model.graph.output].flatMap((info) => {
    const [recorded, found] = [readValueInfo(info), inferred.get(info.name)];
    if (!recorded || !found) return [];
    // onnxruntime says [] also where it knows no rank.
    const shape = found.shape.length === 0 ? recorded.shape : found.shape;
    return difference(`Value "${info.name}"`, recorded, { ...found, shape });
  });
}

interface TypeAndShape {
  readonly type: ElementType;
  readonly shape: Shape;
}

/** `found` is what is true of the value, `recorded` what the file says. */
function difference(where: string, recorded: TypeAndShape, found: TypeAndShape): Problem[] {
  const fits =
    recorded.type === found.type &&
    recorded.shape.length === found.shape.length &&
    recorded.shape.every((dim, axis) => {
      const other = found.shape[axis]!;
      return typeof dim === 'string' || typeof other === 'string' || dim === other;
    });
  if (fits) return [];
  const text = ({ type, shape }: TypeAndShape): string => `${type} [${shape.join(', ')}]`;
  return [{ where, expected: `${text(recorded)}, as the model records`, found: text(found) }];
}
