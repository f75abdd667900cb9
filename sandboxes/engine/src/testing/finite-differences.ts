import { InferenceSession } from 'onnxruntime-node';
import { backward } from '../autodiff/backward.js';
import { sumAll } from '../autodiff/broadcast.js';
import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import type { Loss } from '../losses/loss.js';
import { seededRandom } from '../tensors/random.js';
import { elementCount, float32 } from '../tensors/tensor.js';
import { runtimeTensor } from '../runtime/runtime-tensor.js';

export interface GradientCase {
  /** Shapes of the differentiated arguments. */
  readonly shapes: readonly (readonly number[])[];
  /** Values lie in this interval; keep it away from kinks and poles. */
  readonly range?: readonly [number, number];
  readonly build: (graph: GraphBuilder, ...args: Value[]) => Value;
}

export interface LossCase {
  readonly shapes: readonly (readonly number[])[];
  readonly build: (graph: GraphBuilder, ...args: Value[]) => Loss;
}

const STEP = 1e-2;

/**
 * Largest difference between the derived gradient and central differences over every argument, relative to the largest
 * gradient. The scalar is a randomly weighted sum of the case's output, so that no error can cancel.
 */
export async function gradientError({ shapes, range = [-1, 1], build }: GradientCase): Promise<number> {
  return worstError(shapes, range, (graph, args) => {
    const y = build(graph, ...args);
    const size = y.shape as number[];
    const random = seededRandom('weights');
    const weights = graph.constant(
      float32(
        size,
        Float32Array.from({ length: elementCount(size) }, () => random() * 2 - 1),
      ),
    );
    return { value: sumAll(graph, graph.mul(y, weights)), seeds: [{ of: y, gradient: weights }] };
  });
}

/** The same for a loss and the gradient it was written down with. */
export const lossGradientError = ({ shapes, build }: LossCase): Promise<number> =>
  worstError(shapes, [-1, 1], (graph, args) => build(graph, ...args));

async function worstError(
  shapes: readonly (readonly number[])[],
  [low, high]: readonly [number, number],
  build: (graph: GraphBuilder, args: Value[]) => Loss,
): Promise<number> {
  const graph = new GraphBuilder();
  const random = seededRandom('finite differences');
  const args = shapes.map((shape, index) =>
    graph.parameterOf(
      `x${index}`,
      float32(
        shape,
        Float32Array.from({ length: elementCount(shape) }, () => low + (high - low) * random()),
      ),
    ),
  );
  const { value, seeds } = build(graph, args);
  const gradients = backward(graph, seeds, args);
  const model = graph.toTrainingModel(
    Object.fromEntries([value, ...gradients.values()].map((output) => [output.name, output])),
  );
  const session = await InferenceSession.create(model.toBytes(), { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const evaluate = (values: readonly Float32Array[]) =>
    session.run(
      Object.fromEntries(
        args.map(({ name }, index) => [name, runtimeTensor(name, float32(shapes[index]!, values[index]!))]),
      ),
    );

  const point = args.map(({ name }) => graph.parameters.get(name)!.initial.data as Float32Array);
  const moved = async (index: number, at: number, by: number): Promise<number> => {
    const values = point.map((data) => data.slice());
    values[index]![at]! += by;
    return Number((await evaluate(values))[value.name]!.data[0]);
  };
  const atPoint = await evaluate(point);
  const errors: number[] = [];
  const slopes: number[] = [];
  for (const [index, { name }] of args.entries()) {
    for (const [at, slope] of (atPoint[gradients.get(name)!.name]!.data as Float32Array).entries()) {
      const difference = ((await moved(index, at, STEP)) - (await moved(index, at, -STEP))) / (2 * STEP);
      errors.push(Math.abs(difference - slope));
      slopes.push(Math.abs(slope));
    }
  }
  await session.release();
  return Math.max(...errors) / Math.max(1e-3, ...slopes);
}
