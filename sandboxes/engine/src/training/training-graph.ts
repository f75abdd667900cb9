import { backward } from '../autodiff/backward.js';
import { operatorTables } from '../decompose/tables.js';
import { fuseForward } from '../fuse/forward.js';
import { fuseProducts } from '../fuse/products.js';
import { prune } from '../fuse/prune.js';
import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import type { Objective } from '../losses/loss.js';
import type { Model } from '../model/model.js';
import { matches, refuseUnmatched, type NamePattern } from '../model/name-pattern.js';
import type { Tensor } from '../tensors/tensor.js';
import { parameterName, TrainableModel } from './trainable-model.js';

export interface TrainingGraphOptions<Name extends string> {
  readonly models: Readonly<Record<Name, Model>>;
  /** Writes the training graph once: inputs of fixed sizes, models applied to them, the loss. */
  readonly objective: (
    graph: GraphBuilder,
    models: Readonly<Record<Name, TrainableModel>>,
  ) => Objective | Promise<Objective>;
  /**
   * Which weights ("model/initializer") change; the others are frozen. Default: every float32 initializer of rank 1 and above
   * that is no table of an operator (rotations, scales of quantised weights, running statistics): those are never trained.
   */
  readonly trainable?: (name: string) => boolean;
  /** Weights that do not change, beside those that `trainable` leaves out. A pattern that names no weight is an error. */
  readonly freeze?: readonly NamePattern[];
  /** Decides the first values of parameters that the objective itself makes. */
  readonly seed?: string | number;
}

export interface TrainingGraph {
  readonly graph: GraphBuilder;
  readonly objective: Objective;
  /** By parameter. */
  readonly gradients: ReadonlyMap<string, Value>;
}

const isWeight = ({ type, shape }: Tensor): boolean => type === 'float32' && shape.length >= 1;

function weightsOf(model: Model): string[] {
  const tables = operatorTables(model);
  return [...model.initializers].filter(([name, value]) => isWeight(value) && !tables.has(name)).map(([name]) => name);
}

/** Writes the objective over the models and differentiates it by every weight that is not frozen. */
export async function trainingGraph<Name extends string>({
  models,
  objective: write,
  trainable = () => true,
  freeze = [],
  seed = 0,
}: TrainingGraphOptions<Name>): Promise<TrainingGraph> {
  const weights = Object.entries<Model>(models).map(([name, model]) => ({
    name,
    model,
    weights: weightsOf(model),
  }));
  const names = weights.flatMap(({ name, weights }) => weights.map((weight) => parameterName(name, weight)));
  refuseUnmatched('freeze', freeze, names);
  const changes = (name: string): boolean => trainable(name) && !freeze.some((pattern) => matches(pattern, name));
  const applicable = weights.map(({ name, model, weights }) => {
    const trained = weights.filter((weight) => changes(parameterName(name, weight)));
    return [name, new TrainableModel(name, model, new Set(trained))] as const;
  });

  const graph = new GraphBuilder({ seed });
  const objective = await write(graph, Object.fromEntries(applicable) as Record<Name, TrainableModel>);
  if (graph.parameters.size === 0) throw new Error('Trainer: expected at least one trainable parameter, found none.');
  fuseForward(graph);
  const gradients = backward(
    graph,
    objective.loss.seeds,
    [...graph.parameters.values()].map(({ value }) => value),
  );
  const results = [objective.loss.value, ...Object.values(objective.parts), ...gradients.values()];
  const kept = new Set(results.map(({ name }) => name));
  fuseProducts(graph, kept);
  prune(graph, kept);
  return { graph, objective, gradients };
}
