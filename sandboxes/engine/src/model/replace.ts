import { copyOf } from '../proto/messages.js';
import { joined } from './heads.js';
import type { Model } from './model.js';
import { inOrder, nameOf } from './order.js';
import { checkLink, renamed, type Composed } from './surgery.js';
import { prune } from './prune.js';
import { readsOf, recordedInfo } from './walk.js';

export interface Replacement {
  readonly by: Composed;
  /** Which value of the model feeds each input of the replacement. An input left out becomes one of the model. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Which output of the replacement takes the place of each value of the model. */
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * The model with the part between some values taken out and another model in its place. What only the old part needed is gone. Throws
 * where a replaced value has another type or shape than what takes its place, or the new part would read what it decides.
 */
export function replace(model: Model, { by, inputs, outputs }: Replacement): Model {
  const { first, second, head } = joined(model, by.model);
  const known = recordedInfo(first.graph);
  const old = valuesOf(first);
  for (const name of [...Object.values(inputs), ...Object.keys(outputs)])
    if (!old.has(name)) throw new Error(`Replace: expected a value "${name}" in the model, found no such name.`);
  refuseUnknown('input', Object.keys(inputs), second.graph.input);
  refuseUnknown('output', Object.values(outputs), second.graph.output);
  for (const [value, output] of Object.entries(outputs))
    checkLink(known.get(value), recordedInfo(second.graph).get(output), 'Replace');
  for (const [input, value] of Object.entries(inputs))
    checkLink(recordedInfo(second.graph).get(input), known.get(value), 'Replace');

  const replaced = new Set(Object.keys(outputs));
  const place = new Map(Object.entries(outputs).map(([value, output]) => [output, value]));
  const part = renamed(second, (name) => inputs[name] ?? place.get(name) ?? by.prefix + name);
  const kept = first.graph.node.filter((node) => !node.output.some((name) => replaced.has(name)));
  refuseHalf(first, replaced, new Set(kept.flatMap(readsOf)));
  const open = part.graph.input.filter(({ name }) => !Object.values(inputs).includes(name));
  const graph = copyOf(first.graph, {
    node: inOrder([...kept, ...part.graph.node]),
    input: [...first.graph.input.filter(({ name }) => !replaced.has(name)), ...open],
    initializer: [...first.graph.initializer.filter(({ name }) => !replaced.has(name)), ...part.graph.initializer],
    sparseInitializer: [...first.graph.sparseInitializer, ...part.graph.sparseInitializer],
    valueInfo: [...first.graph.valueInfo, ...part.graph.valueInfo],
  });
  const weights = [...first.initializers].filter(([name]) => !replaced.has(name));
  return prune(first.withProto(head).withGraph(graph, new Map([...weights, ...part.initializers])));
}

const valuesOf = ({ graph, initializers }: Model): Set<string> =>
  new Set([
    ...initializers.keys(),
    ...graph.initializer.map(({ name }) => name),
    ...graph.input.map(({ name }) => name),
    ...graph.node.flatMap(({ output }) => output),
  ]);

function refuseUnknown(kind: string, names: readonly string[], ports: readonly { name: string }[]): void {
  const unknown = names.find((name) => ports.every((port) => port.name !== name));
  if (unknown !== undefined)
    throw new Error(
      `Replace: expected an ${kind} "${unknown}" of the replacement, found ${ports.map(({ name }) => name).join(', ')}.`,
    );
}

/** A node that also answers something else cannot be taken out alone. */
function refuseHalf(model: Model, replaced: ReadonlySet<string>, read: ReadonlySet<string>): void {
  const outputs = new Set(model.graph.output.map(({ name }) => name));
  for (const node of model.graph.node) {
    if (!node.output.some((name) => replaced.has(name))) continue;
    const other = node.output.find((name) => !replaced.has(name) && (read.has(name) || outputs.has(name)));
    if (other !== undefined)
      throw new Error(
        `Replace: expected every value that node "${nameOf(node)}" answers and others read, found "${other}" left. Replace it too.`,
      );
  }
}
