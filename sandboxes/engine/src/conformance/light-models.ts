import { basename, join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { weightedSum } from '../losses/loss.js';
import { softmaxCrossEntropy } from '../losses/cross-entropy.js';
import { loadModel } from '../model/files.js';
import type { Model } from '../model/model.js';
import { copyOf } from '../proto/messages.js';
import { ValueInfoProtoSchema, type NodeProto } from '../proto/onnx.gen.js';
import { seededRandom } from '../tensors/random.js';
import { elementCount, float32, int64, type Tensor } from '../tensors/tensor.js';
import { directionalCheck } from '../testing/directional-derivatives.js';
import { failed, passed, type Outcome } from './outcome.js';
import type { SuiteTest } from './suite.js';

/** How many weights are checked, evenly spread from the first layer to the last. */
const WEIGHTS = 4;

/**
 * The suite's whole vision models (ResNet-50, ShuffleNet, ...) come without weights: every one is made in the graph as 0.02
 * throughout, so that the answer does not depend on the picture and all slopes are zero. Here each is drawn instead, at a size that keeps
 * activations alive, and gradients of the cross-entropy by weights from end to end are compared with central differences.
 */
export async function checkLightGradients({ name, folder }: SuiteTest): Promise<Outcome> {
  const model = untilScores(withDrawnWeights(await loadModel(join(folder, basename(name)))));
  const weights = model.graph.node
    .flatMap(({ opType, input }) => (layers.has(opType) ? [input[1]!] : []))
    .filter((weight) => model.initializers.has(weight));
  const chosen = new Set(
    Array.from({ length: WEIGHTS }, (_, at) => weights[Math.round((at * (weights.length - 1)) / (WEIGHTS - 1))]!),
  );
  const [port] = model.inputs;
  const output = model.graph.output[0]!.name;
  const shape = port!.shape as readonly number[];
  const { worst, at, parameters } = await directionalCheck(
    {
      models: { model },
      trainable: (weight) => chosen.has(weight.slice('model/'.length)),
      objective: async (graph, { model: applied }) => {
        const picture = graph.input(port!.name, 'float32', shape);
        const answer = (await applied.apply(graph, { [port!.name]: picture }, [output]))[output]!;
        const rows = graph.reshape(answer, [shape[0]!, elementCount(answer.shape as number[]) / shape[0]!]);
        const loss = softmaxCrossEntropy(graph, rows, graph.constant(int64([shape[0]!], [3])));
        return weightedSum(graph, { loss: { loss, weight: 1 } });
      },
    },
    { feeds: { [port!.name]: normal(shape, { seed: 'picture', scale: 1 }) }, steps: [1e-2, 1e-3, 1e-4] },
  );
  if (parameters.length !== chosen.size) return failed(`expected ${chosen.size} weights, found ${parameters.length}`);
  if (!(worst < 2e-2)) return failed(`gradient of "${at}": off by ${worst.toPrecision(3)} of its length`);
  return passed(`${parameters.length} weights, the worst ("${at}") off by ${worst.toPrecision(2)}`);
}

/** Without the Softmax at the end: of scores far apart its logarithm is no number. */
function untilScores(model: Model): Model {
  const last = model.graph.node.at(-1)!;
  if (last.opType !== 'Softmax') return model;
  const output = [create(ValueInfoProtoSchema, { name: last.input[0]! })];
  return model.withGraph(copyOf(model.graph, { node: model.graph.node.slice(0, -1), output }), model.initializers);
}

const layers = new Set(['Conv', 'Gemm', 'BatchNormalization']);

/** Initializers in place of the nodes that make weights. */
function withDrawnWeights(model: Model): Model {
  const made = new Map(
    model.graph.node
      .filter(({ opType }) => opType === 'ConstantOfShape')
      .map(({ input, output }) => [output[0]!, sizesOf(model, input[0]!)] as const),
  );
  const initializers = new Map(model.initializers);
  for (const node of model.graph.node)
    for (const [index, name] of node.input.entries()) {
      const shape = made.get(name);
      if (shape && !initializers.has(name)) initializers.set(name, drawn(node, { index, name, shape }));
    }
  const node = model.graph.node.filter(({ output }) => !made.has(output[0]!));
  return model.withGraph(copyOf(model.graph, { node }), initializers);
}

const sizesOf = (model: Model, name: string): number[] =>
  Array.from(model.initializers.get(name)!.data as ArrayLike<bigint>, Number);

/** What nearly keeps the deviation (2 would: He et al., 2015; sums of branches add to it), about 1 for factors, small for what is added. */
function drawn(
  { opType }: NodeProto,
  { index, name, shape }: { index: number; name: string; shape: readonly number[] },
): Tensor {
  const values = (mean: number, scale: number): Tensor => {
    const noise = normal(shape, { seed: name, scale });
    return float32(
      shape,
      (noise.data as Float32Array).map((value) => mean + value),
    );
  };
  if (index === 1 && (opType === 'Conv' || opType === 'Gemm'))
    return values(0, Math.sqrt(1.5 / elementCount(shape.slice(1))));
  const multiplies = opType === 'BatchNormalization' ? index === 1 || index === 4 : /scale|_s_|\/s/.test(name);
  return multiplies ? values(1, 0.05) : values(0, 0.05);
}

/** Seeded numbers around 0 with that deviation: sums of uniform ones. */
function normal(shape: readonly number[], { seed, scale }: { seed: string; scale: number }): Tensor {
  const random = seededRandom(seed);
  const one = (): number => (random() + random() + random() + random() - 2) * Math.sqrt(3);
  return float32(
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => scale * one()),
  );
}
