import { copyOf, readValueInfo } from '../proto/messages.js';
import type { AttributeProto, GraphProto, NodeProto, ValueInfoProto } from '../proto/onnx.gen.js';
import type { Model, Port } from './model.js';

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
  const recorded = recordedValues(model.graph);
  const port = (name: string): ValueInfoProto => {
    const info = recorded.get(name);
    if (!info)
      throw new Error(
        `Value "${name}": expected one whose type and shape the model records, found ${isValue(model, name) ? 'it unrecorded' : 'no such value'}.`,
      );
    return info;
  };
  const { nodes, needed } = nodesBetween(model, { inputs, outputs });
  const initializers = new Map([...model.initializers].filter(([name]) => needed.has(name)));
  const graph = copyOf(model.graph, {
    node: nodes,
    input: inputs.map(port),
    output: outputs.map(port),
    initializer: model.graph.initializer.filter(({ name }) => needed.has(name)),
    valueInfo: model.graph.valueInfo.filter(
      ({ name }) => needed.has(name) && !inputs.includes(name) && !outputs.includes(name),
    ),
  });
  return model.withGraph(graph, initializers);
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
  if (first.model.opset !== second.model.opset)
    throw new Error(`Compose: expected one operator set, found ${first.model.opset} and ${second.model.opset}.`);
  for (const [output, input] of Object.entries(links))
    checkLink(named(first.model.outputs, 'output', output), named(second.model.inputs, 'input', input));
  const linkOf = new Map(Object.entries(links).map(([output, input]) => [input, first.prefix + output]));
  const before = renamed(first.model, (name) =>
    name in links || !isPort(first.model, name) ? first.prefix + name : name,
  );
  const after = renamed(
    second.model,
    (name) => linkOf.get(name) ?? (isPort(second.model, name) ? name : second.prefix + name),
  );

  const linked = new Set(linkOf.values());
  const open = ({ name }: ValueInfoProto): boolean => !linked.has(name);
  const graph = copyOf(before.graph, {
    node: [...before.graph.node, ...after.graph.node],
    initializer: [...before.graph.initializer, ...after.graph.initializer],
    input: [...before.graph.input, ...after.graph.input.filter(open)],
    output: [...before.graph.output.filter(open), ...after.graph.output],
    valueInfo: [
      ...before.graph.valueInfo,
      ...after.graph.valueInfo,
      ...before.graph.output.filter((info) => !open(info)),
    ],
  });
  refuseTwice([...graph.input, ...graph.output].map(({ name }) => name));
  return before.withGraph(graph, new Map([...before.initializers, ...after.initializers]));
}

function renamedGraph(graph: GraphProto, rename: (name: string) => string): GraphProto {
  const info = (value: ValueInfoProto): ValueInfoProto => copyOf(value, { name: rename(value.name) });
  return copyOf(graph, {
    node: graph.node.map((node) => renamedNode(node, rename)),
    initializer: graph.initializer.map((value) => copyOf(value, { name: rename(value.name) })),
    input: graph.input.map(info),
    output: graph.output.map(info),
    valueInfo: graph.valueInfo.map(info),
  });
}

/** A node under another name, reading and answering other names; nested graphs included. */
export function renamedNode(node: NodeProto, rename: (name: string) => string): NodeProto {
  const optional = (name: string): string => (name === '' ? '' : rename(name));
  const nested = (attribute: AttributeProto): AttributeProto =>
    attribute.g || attribute.graphs.length > 0
      ? copyOf(attribute, {
          ...(attribute.g ? { g: renamedGraph(attribute.g, rename) } : {}),
          graphs: attribute.graphs.map((graph) => renamedGraph(graph, rename)),
        })
      : attribute;
  return copyOf(node, {
    name: optional(node.name),
    input: node.input.map(optional),
    output: node.output.map(optional),
    attribute: node.attribute.map(nested),
  });
}

/** All names a node reads, those that its nested graphs take from outside included. */
const reads = (node: NodeProto): string[] => [
  ...node.input,
  ...node.attribute.flatMap(({ g, graphs }) =>
    [...(g ? [g] : []), ...graphs].flatMap((graph) => graph.node.flatMap(reads)),
  ),
];

/** Walks back from the outputs until the inputs; throws where it meets an input of the model that is not among them. */
function nodesBetween(
  model: Model,
  { inputs, outputs }: { inputs: readonly string[]; outputs: readonly string[] },
): { nodes: NodeProto[]; needed: Set<string> } {
  const needed = new Set(outputs);
  const cut = new Set(inputs);
  const kept = model.graph.node.toReversed().filter((node) => {
    if (!node.output.some((name) => needed.has(name) && !cut.has(name))) return false;
    for (const name of reads(node)) needed.add(name);
    return true;
  });
  const missing = model.inputs.find(({ name }) => needed.has(name) && !cut.has(name));
  if (missing)
    throw new Error(
      `Extract: expected inputs that decide the outputs, found that "${missing.name}" is needed as well.`,
    );
  return { nodes: kept.reverse(), needed };
}

const recordedValues = (graph: GraphProto): Map<string, ValueInfoProto> =>
  new Map(
    [...graph.valueInfo, ...graph.input, ...graph.output]
      .filter((info) => readValueInfo(info) !== undefined)
      .map((info) => [info.name, info]),
  );

const isValue = (model: Model, name: string): boolean => model.graph.node.some(({ output }) => output.includes(name));

const isPort = (model: Model, name: string): boolean =>
  !model.initializers.has(name) && [...model.graph.input, ...model.graph.output].some((info) => info.name === name);

function named(ports: readonly Port[], kind: string, name: string): Port {
  const found = ports.find((port) => port.name === name);
  if (!found)
    throw new Error(`Compose: expected an ${kind} "${name}", found ${ports.map((port) => port.name).join(', ')}.`);
  return found;
}

function checkLink(output: Port, input: Port): void {
  const fits =
    output.type === input.type &&
    output.shape.length === input.shape.length &&
    output.shape.every(
      (dim, axis) => typeof dim === 'string' || typeof input.shape[axis] === 'string' || dim === input.shape[axis],
    );
  if (!fits)
    throw new Error(
      `Compose: input "${input.name}": expected ${input.type} [${input.shape.join(', ')}], found output "${output.name}" of ${output.type} [${output.shape.join(', ')}].`,
    );
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new Error(
      `Compose: expected distinct inputs and outputs, found "${twice}" twice. Rename it in one of the models first.`,
    );
}
