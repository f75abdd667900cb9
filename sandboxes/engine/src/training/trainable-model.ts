import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { specialise, type SpecialisedModel } from '../graph/specialise.js';
import type { Model } from '../model/model.js';
import { renamedNode } from '../model/surgery.js';
import { copyOf } from '../proto/messages.js';
import type { Tensor } from '../tensors/tensor.js';

/** A model as a function inside a training graph. Applied several times, all applications share its weights. */
export class TrainableModel {
  private applications = 0;

  constructor(
    readonly name: string,
    private readonly model: Model,
    /** Names of the initializers that are trained. */
    private readonly trained: ReadonlySet<string>,
  ) {}

  /**
   * Adds the model's nodes to the graph, fed with `inputs` by name; answers the outputs asked for. Sizes must be known. What a
   * constant of the graph decides is decided now: a past without elements, the branch of an If.
   */
  async apply<Output extends string>(
    graph: GraphBuilder,
    inputs: Readonly<Record<string, Value>>,
    outputs: readonly Output[],
  ): Promise<Record<Output, Value>> {
    this.refuseUnknown(inputs, outputs);
    const fed = Object.entries(inputs).filter(([, { name }]) => !graph.constants.has(name));
    const shapes = Object.fromEntries(fed.map(([name, value]) => [name, fixedShape(value)]));
    const special = await specialise(withConstants(this.model, constantsOf(graph, inputs)), shapes, this.trained);
    this.applications += 1;
    const names = new Map(Object.entries(inputs).map(([name, { name: outer }]) => [name, outer]));
    for (const weight of this.trained) names.set(weight, this.parameter(graph, weight).name);
    inline(graph, special, { names, prefix: `${this.name}#${this.applications}/` });
    return Object.fromEntries(outputs.map((name) => [name, graph.value(names.get(name)!)])) as Record<Output, Value>;
  }

  private parameter(graph: GraphBuilder, weight: string): Value {
    const name = parameterName(this.name, weight);
    return graph.parameters.get(name)?.value ?? graph.parameterOf(name, this.model.initializers.get(weight)!);
  }

  private refuseUnknown(inputs: Readonly<Record<string, Value>>, outputs: readonly string[]): void {
    const check = (kind: string, found: readonly string[], known: readonly { name: string }[]): void => {
      const unknown = found.find((name) => known.every((port) => port.name !== name));
      if (unknown !== undefined)
        throw new Error(
          `Model "${this.name}": expected ${kind} ${known.map(({ name }) => name).join(', ')}, found "${unknown}".`,
        );
    };
    check('inputs', Object.keys(inputs), this.model.inputs);
    check('outputs', outputs, this.model.graph.output);
  }
}

const constantsOf = (graph: GraphBuilder, inputs: Readonly<Record<string, Value>>): Map<string, Tensor> =>
  new Map(
    Object.entries(inputs).flatMap(([name, { name: outer }]) => {
      const value = graph.constants.get(outer);
      return value ? [[name, value] as const] : [];
    }),
  );

/** The model with some of its inputs stored; throws where type or shape is not the input's. */
function withConstants(model: Model, constants: ReadonlyMap<string, Tensor>): Model {
  if (constants.size === 0) return model;
  for (const { name, type, shape } of model.inputs) {
    const found = constants.get(name);
    const fits =
      found?.type === type &&
      found.shape.length === shape.length &&
      shape.every((size, axis) => typeof size === 'string' || size === found.shape[axis]);
    if (found && !fits)
      throw new Error(
        `Input "${name}": expected ${type} [${shape.join(', ')}], found ${found.type} [${found.shape.join(', ')}].`,
      );
  }
  const input = model.graph.input.filter(({ name }) => !constants.has(name));
  return model.withGraph(copyOf(model.graph, { input }), new Map([...model.initializers, ...constants]));
}

/** How a model's weight is called among the parameters of a training graph. */
export const parameterName = (model: string, weight: string): string => `${model}/${weight}`;

/** Copies constants and nodes under new names; `names` maps what is already there and learns the rest. */
function inline(
  graph: GraphBuilder,
  special: SpecialisedModel,
  { names, prefix }: { names: Map<string, string>; prefix: string },
): void {
  for (const [domain, version] of special.operatorSets)
    graph.operatorSets.set(domain, Math.max(version, graph.operatorSets.get(domain) ?? 0));
  for (const [name, value] of special.constants) names.set(name, graph.constant(value, `${prefix}${name}`).name);
  for (const tensor of special.kept) graph.kept.set(`${prefix}${tensor.name}`, tensor);
  for (const name of special.nodes.flatMap(({ output }) => output)) {
    const known = special.values.get(name);
    if (!known) continue;
    names.set(name, `${prefix}${name}`);
    graph.declare({ name: `${prefix}${name}`, ...known });
  }
  for (const node of special.nodes)
    graph.nodes.push(renamedNode(node, (name) => names.get(name) ?? `${prefix}${name}`));
}
