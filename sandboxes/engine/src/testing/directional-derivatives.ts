import { InferenceSession } from 'onnxruntime-node';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { sumAll } from '../autodiff/broadcast.js';
import type { Loss } from '../losses/loss.js';
import { runtimeTensor } from '../runtime/runtime-tensor.js';
import { seededRandom } from '../tensors/random.js';
import { elementCount, float32, type Tensor } from '../tensors/tensor.js';
import { trainingGraph, type TrainingGraphOptions } from '../training/training-graph.js';

export interface DirectionalCheck {
  /** Parameters that were checked. */
  readonly parameters: readonly string[];
  /** Largest difference between derivative and central difference along a direction, relative to the parameter's gradient. */
  readonly worst: number;
  readonly at: string;
}

interface Checked {
  readonly feeds: Readonly<Record<string, Tensor>>;
  /**
   * How far a parameter moves along a direction of unit length. Of several the closest counts: a long step crosses kinks of Relu and
   * MaxPool, a short one drowns in float32, and a wrong gradient is wrong at every length.
   */
  readonly steps?: readonly number[];
  /** Gradients below this share of the largest one are compared with that share. */
  readonly floor?: number;
}

/**
 * Compares each parameter's gradient with central differences along two directions: the gradient itself, in which float32 shows the
 * most, and a random one, which no wrong gradient passes.
 */
export async function directionalCheck<Name extends string>(
  options: TrainingGraphOptions<Name>,
  { feeds, steps = [5e-3], floor = 1e-2 }: Checked,
): Promise<DirectionalCheck> {
  const { graph, objective, gradients } = await trainingGraph(options);
  const loss = objective.loss.value;
  const model = graph.toTrainingModel(
    Object.fromEntries([loss, ...gradients.values()].map((value) => [value.name, value])),
  );
  const session = await InferenceSession.create(model.toBytes(), { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const point = new Map([...graph.parameters].map(([name, { initial }]) => [name, initial]));
  const fed = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, runtimeTensor(name, value)]));
  const evaluate = (values: ReadonlyMap<string, Tensor>, outputs: string[]) =>
    session.run(
      { ...fed, ...Object.fromEntries([...values].map(([name, value]) => [name, runtimeTensor(name, value)])) },
      outputs,
    );
  const slopes = await evaluate(
    point,
    [...gradients.values()].map(({ name }) => name),
  );
  const gradientOf = (name: string) => slopes[gradients.get(name)!.name]!.data as Float32Array;
  const lossAt = async (name: string, direction: Float32Array, by: number): Promise<number> => {
    const { shape, data } = point.get(name)!;
    const moved = float32(
      shape,
      (data as Float32Array).map((value, at) => value + by * direction[at]!),
    );
    return Number((await evaluate(new Map([...point, [name, moved]]), [loss.name]))[loss.name]!.data[0]);
  };
  const largest = Math.max(...[...point.keys()].map((name) => norm(gradientOf(name))));
  let [worst, at] = [0, ''];
  for (const name of point.keys()) {
    const gradient = gradientOf(name);
    const scale = Math.max(norm(gradient), floor * largest);
    for (const direction of [unit(gradient), unit(randomLike(gradient, name))]) {
      const errors: number[] = [];
      for (const step of steps) {
        const change = (await lossAt(name, direction, step)) - (await lossAt(name, direction, -step));
        errors.push(Math.abs(change / (2 * step) - dot(gradient, direction)) / scale);
      }
      const error = Math.min(...errors);
      if (!(error <= worst)) [worst, at] = [error, name];
    }
  }
  await session.release();
  return { parameters: [...point.keys()], worst, at };
}

/** A randomly weighted sum of values, so that no error cancels. */
export function weightedTotal(graph: GraphBuilder, values: readonly Value[]): Loss {
  const terms = values.map((value, index) => {
    const shape = value.shape as number[];
    const random = seededRandom(`weights ${index}`);
    const weights = graph.constant(
      float32(
        shape,
        Float32Array.from({ length: elementCount(shape) }, () => random() * 2 - 1),
      ),
    );
    return { total: sumAll(graph, graph.mul(value, weights)), seed: { of: value, gradient: weights } };
  });
  return {
    value: terms.map(({ total }) => total).reduce((left, right) => graph.add(left, right)),
    seeds: terms.map(({ seed }) => seed),
  };
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const norm = (a: Float32Array): number => Math.sqrt(dot(a, a));

function unit(direction: Float32Array): Float32Array {
  const length = norm(direction);
  return direction.map((value) => (length === 0 ? 0 : value / length));
}

function randomLike({ length }: Float32Array, seed: string): Float32Array {
  const random = seededRandom(`direction ${seed}`);
  return Float32Array.from({ length }, () => random() * 2 - 1);
}
