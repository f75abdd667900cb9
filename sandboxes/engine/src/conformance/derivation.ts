import { InferenceSession } from 'onnxruntime-node';
import type { TensorProto } from '../proto/onnx.gen.js';
import { backward } from '../autodiff/backward.js';
import type { Seed } from '../autodiff/rule.js';
import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { runtimeTensor } from '../runtime/runtime-tensor.js';
import { float32, type Tensor } from '../tensors/tensor.js';
import { TrainableModel } from '../training/trainable-model.js';
import type { Point } from './differences.js';
import type { Feedable } from './feedable.js';
import { numbersOf } from './numbers.js';
import { messageOf } from './outcome.js';

/** A published model as a function of its reals: what is differentiated, and at which point. */
export interface Differentiable {
  readonly bound: Feedable;
  /** Real inputs and weights, by name, with the values of the test. */
  readonly point: Point;
  /** The real outputs as published. */
  readonly outputs: ReadonlyMap<string, Tensor>;
}

export const float32Of = (tensor: TensorProto): Tensor =>
  float32(tensor.dims.map(Number), numbersOf(tensor) as number[]);

/** What the engine answers, by input; an input from which no path leads to an output is left out. */
export async function derivedGradients(
  { bound, point, outputs }: Differentiable,
  weights: ReadonlyMap<string, Float32Array>,
): Promise<ReadonlyMap<string, Float32Array>> {
  let reached = [...point.keys()];
  for (;;) {
    try {
      return await differentiated({ bound, point, outputs }, weights, reached);
    } catch (error) {
      const unreached = /^Parameter "(.*?)": expected a path to the loss/.exec(messageOf(error))?.[1];
      const name = unreached?.replace(/^test\//, '');
      if (name === undefined || !reached.includes(name)) throw error;
      reached = reached.filter((candidate) => candidate !== name);
      if (reached.length === 0) return new Map();
    }
  }
}

export async function differentiated(
  { bound, point, outputs }: Differentiable,
  weights: ReadonlyMap<string, Float32Array>,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, Float32Array>> {
  const graph = new GraphBuilder();
  const weightNames = new Set([...point.keys()].filter((name) => bound.model.initializers.has(name)));
  const fed: Record<string, Value> = {};
  for (const { name } of bound.model.inputs) {
    const value = point.get(name);
    if (value) fed[name] = graph.parameterOf(name, value);
  }
  const applied = await new TrainableModel('test', bound.model, weightNames).apply(graph, fed, [...outputs.keys()]);
  const seeds: Seed[] = Object.entries(applied).map(([name, of]) => ({
    of,
    gradient: graph.constant(float32(outputs.get(name)!.shape, weights.get(name)!)),
  }));
  const known = wanted.map((name) => [name, weightNames.has(name) ? `test/${name}` : name] as const);
  const gradients = backward(
    graph,
    seeds,
    known.map(([, name]) => graph.value(name)),
  );
  const results = Object.fromEntries([...gradients.values()].map((value) => [value.name, value]));
  const session = await InferenceSession.create(graph.toTrainingModel(results).toBytes(), {
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
  });
  try {
    const answers = await session.run(
      Object.fromEntries([...graph.parameters].map(([name, { initial }]) => [name, runtimeTensor(name, initial)])),
    );
    return new Map(
      known.map(([name, inner]) => [name, answers[gradients.get(inner)!.name]!.data as Float32Array] as const),
    );
  } finally {
    await session.release();
  }
}
