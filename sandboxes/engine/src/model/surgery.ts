import { copyOf, readValueInfo } from '../proto/messages.js';
import type { GraphProto, NodeProto, ValueInfoProto } from '../proto/onnx.gen.js';
import { joined } from './heads.js';
import type { Model } from './model.js';
import { neededNodes, restricted } from './prune.js';
import { nestedGraphs, readsOf, recordedInfo, withNestedGraphs } from './walk.js';

/** A model whose values, initializers and nodes are renamed; names that `rename` answers unchanged stay. Nested graphs included. */
export function renamed(model: Model, rename: (name: string) => string): Model {
  const initializers = [...model.initializers].map(([name, value]) => [rename(name), value] as const);
  return model.withGraph(renamedGraph(model.graph, rename), new Map(initializers));
}

/** The part of a model between named values. Inputs may be any values inside it; what lies before them is dropped. */
export function extract(
  model: Model,
  { inputs, outputs }: { inputs: readonly string[]; outputs: readonly string[] },
): Model {
  const recorded = recordedInfo(model.graph);
  const port = (name: string): ValueInfoProto => {
    const info = recorded.get(name);
    if (!info)
      throw new Error(
        `Value "${name}": expected one whose type and shape the model records, found ${isValue(model, name) ? 'it unrecorded. Use withInferredTypes(model) first' : 'no such value'}.`,
      );
    return info;
  };
  const cut = new Set(inputs);
  const after = model.graph.node.filter(({ output }) => !output.every((name) => name === '' || cut.has(name)));
  const node = neededNodes(after, outputs);
  const needed = new Set([...node.flatMap(readsOf), ...outputs]);
  refuseOpen(model, needed, cut);
  const graph = restricted(copyOf(model.graph, { node, input: inputs.map(port), output: outputs.map(port) }));
  const ports = new Set([...inputs, ...outputs]);
  const valueInfo = graph.valueInfo.filter(({ name }) => !ports.has(name));
  const initializers = new Map([...model.initializers].filter(([name]) => needed.has(name) && !cut.has(name)));
  return model.withGraph(copyOf(graph, { valueInfo }), initializers);
}

export interface Composed {
  readonly model: Model;
  /** Goes before every name but those of inputs and outputs, so that the two models' names cannot meet. */
  readonly prefix: string;
}

/**
 * One model that feeds outputs of the first into inputs of the second: `links` maps the first's output to the second's input.
 * It has all inputs of the first, the unlinked ones of the second, the unlinked outputs of the first and all of the second.
 */
export function compose(first: Composed, second: Composed, links: Readonly<Record<string, string>>): Model {
  for (const [output, input] of Object.entries(links))
    checkLink(
      named(second.model.graph.input, 'input', input),
      named(first.model.graph.output, 'output', output),
      'Compose',
    );
  const { first: one, second: two, head } = joined(first.model, second.model);
  const linkOf = new Map(Object.entries(links).map(([output, input]) => [input, first.prefix + output]));
  const before = renamed(one, (name) => (name in links || !isPort(one, name) ? first.prefix + name : name));
  const after = renamed(two, (name) => linkOf.get(name) ?? (isPort(two, name) ? name : second.prefix + name));

  const linked = new Set(linkOf.values());
  const open = ({ name }: ValueInfoProto): boolean => !linked.has(name);
  const graph = copyOf(before.graph, {
    node: [...before.graph.node, ...after.graph.node],
    initializer: [...before.graph.initializer, ...after.graph.initializer],
    sparseInitializer: [...before.graph.sparseInitializer, ...after.graph.sparseInitializer],
    quantizationAnnotation: [...before.graph.quantizationAnnotation, ...after.graph.quantizationAnnotation],
    input: [...before.graph.input, ...after.graph.input.filter(open)],
    output: [...before.graph.output.filter(open), ...after.graph.output],
    valueInfo: [
      ...before.graph.valueInfo,
      ...after.graph.valueInfo,
      ...before.graph.output.filter((info) => !open(info)),
    ],
  });
  refuseTwice([...graph.input, ...graph.output].map(({ name }) => name));
  return before.withProto(head).withGraph(graph, new Map([...before.initializers, ...after.initializers]));
}

function renamedGraph(graph: GraphProto, rename: (name: string) => string): GraphProto {
  const info = (value: ValueInfoProto): ValueInfoProto => copyOf(value, { name: rename(value.name) });
  return copyOf(graph, {
    node: graph.node.map((node) => renamedNode(node, rename)),
    initializer: graph.initializer.map((value) => copyOf(value, { name: rename(value.name) })),
    input: graph.input.map(info),
    output: graph.output.map(info),
    valueInfo: graph.valueInfo.map(info),
    sparseInitializer: graph.sparseInitializer.map((sparse) =>
      sparse.values ? copyOf(sparse, { values: copyOf(sparse.values, { name: rename(sparse.values.name) }) }) : sparse,
    ),
    quantizationAnnotation: graph.quantizationAnnotation.map((annotation) =>
      copyOf(annotation, {
        tensorName: rename(annotation.tensorName),
        quantParameterTensorNames: annotation.quantParameterTensorNames.map((entry) =>
          copyOf(entry, { value: rename(entry.value) }),
        ),
      }),
    ),
  });
}

/** A node under another name, reading and answering other names; nested graphs included. */
export function renamedNode(node: NodeProto, rename: (name: string) => string): NodeProto {
  const optional = (name: string): string => (name === '' ? '' : rename(name));
  const inner = nestedGraphs(node).length > 0 ? withNestedGraphs(node, (graph) => renamedGraph(graph, rename)) : node;
  return copyOf(inner, {
    name: optional(node.name),
    input: node.input.map(optional),
    output: node.output.map(optional),
  });
}

function refuseOpen(model: Model, needed: ReadonlySet<string>, cut: ReadonlySet<string>): void {
  const missing = model.graph.input.find(
    ({ name }) => needed.has(name) && !cut.has(name) && !model.initializers.has(name),
  );
  if (missing)
    throw new Error(
      `Extract: expected inputs that decide the outputs, found that "${missing.name}" is needed as well.`,
    );
}

const isValue = (model: Model, name: string): boolean => model.graph.node.some(({ output }) => output.includes(name));

const isPort = (model: Model, name: string): boolean =>
  !model.initializers.has(name) && [...model.graph.input, ...model.graph.output].some((info) => info.name === name);

function named(ports: readonly ValueInfoProto[], kind: string, name: string): ValueInfoProto {
  const found = ports.find((port) => port.name === name);
  if (!found)
    throw new Error(`Compose: expected an ${kind} "${name}", found ${ports.map((port) => port.name).join(', ')}.`);
  return found;
}

/** Throws where what is expected and what takes its place are both recorded and differ in type, rank or a known size. */
export function checkLink(
  expected: ValueInfoProto | undefined,
  found: ValueInfoProto | undefined,
  where: string,
): void {
  const [wanted, given] = [expected && readValueInfo(expected), found && readValueInfo(found)];
  if (!wanted || !given) return;
  const fits =
    given.type === wanted.type &&
    given.shape.length === wanted.shape.length &&
    given.shape.every(
      (dim, axis) => typeof dim === 'string' || typeof wanted.shape[axis] === 'string' || dim === wanted.shape[axis],
    );
  if (!fits)
    throw new Error(
      `${where}: value "${expected!.name}": expected ${wanted.type} [${wanted.shape.join(', ')}], found "${found!.name}" of ${given.type} [${given.shape.join(', ')}].`,
    );
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new Error(
      `Compose: expected distinct inputs and outputs, found "${twice}" twice. Rename it in one of the models first.`,
    );
}
