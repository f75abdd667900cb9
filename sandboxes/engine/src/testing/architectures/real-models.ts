import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/graph.js';
import { softmaxCrossEntropy } from '../../losses/cross-entropy.js';
import type { Loss } from '../../losses/loss.js';
import { loadModel } from '../../model/files.js';
import type { Model } from '../../model/model.js';
import type { Architecture } from './cases.js';
import { int32, noise } from '../fused-node.js';
import { float32, int64, type Tensor } from '../../tensors/tensor.js';

const BATCH = 2;
const LENGTH = 6;
const words = [12, 7, 501, 33, 2, 90, 4, 77, 8, 15, 3, 1];
const places = [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5];
const mask = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0];

const nextWords = (graph: GraphBuilder, logits: Value): Loss =>
  softmaxCrossEntropy(
    graph,
    graph.reshape(logits, [BATCH * LENGTH, 1000]),
    graph.constant(int64([12], [7, 501, 33, 2, 90, 5, 77, 8, 15, -1, -1, -1])),
    { ignoreIndex: -1 },
  );
const labels =
  (...values: readonly number[]) =>
  (graph: GraphBuilder, logits: Value): Loss =>
    softmaxCrossEntropy(graph, logits, graph.constant(int64([values.length], values)));
const named = (names: readonly string[], value: Tensor): Record<string, Tensor> =>
  Object.fromEntries(names.map((name) => [name, value]));

/** A model with the training that is asked of it. */
export interface TrainedCase {
  readonly name: string;
  readonly steps: number;
  readonly rate: number;
  readonly make: () => Promise<Architecture>;
}

interface RealModel extends Omit<Architecture, 'model'> {
  readonly file: string;
  readonly rate: number;
  /** How many times as large the weights are made: those of an untrained fixture of two features hardly move the loss. */
  readonly enlarged?: number;
}

/** Files that others exported or trained (data/onnx-models/SOURCE.txt). */
const models: Readonly<Record<string, RealModel>> = {
  'a DistilBERT classifier of optimum, operator set 11': {
    file: 'optimum-tiny-distilbert/model.onnx',
    feeds: { input_ids: int64([BATCH, LENGTH], words), attention_mask: int64([BATCH, LENGTH], mask) },
    output: 'logits',
    loss: labels(0, 1),
    rate: 1e-2,
    enlarged: 20,
  },
  'a GPT-2 of onnxruntime with fused operators, operator set 11': {
    file: 'tiny-random-gpt2-fp32/past.onnx',
    feeds: {
      input_ids: int32([BATCH, LENGTH], words),
      position_ids: int32([BATCH, LENGTH], places),
      attention_mask: int32([BATCH, LENGTH], mask),
      ...named(['past_0', 'past_1', 'past_2', 'past_3', 'past_4'], float32([2, BATCH, 4, 0, 8], [])),
    },
    output: 'logits',
    loss: nextWords,
    rate: 1e-2,
  },
  'an LFM2 decoder of onnxruntime-genai, operator set 14': {
    file: 'tiny-random-lfm2-fp32/decoder.onnx',
    feeds: {
      input_ids: int64([BATCH, LENGTH], words),
      position_ids: int64([BATCH, LENGTH], places),
      attention_mask: int64([BATCH, LENGTH], mask),
      ...named(
        [1, 3].flatMap((layer) => [`past_key_values.${layer}.key`, `past_key_values.${layer}.value`]),
        float32([BATCH, 4, 0, 8], []),
      ),
      ...named(['past_conv.0', 'past_conv.2'], noise(BATCH, 32, 4)),
    },
    output: 'logits',
    loss: nextWords,
    rate: 0.1,
  },
  'a trained MNIST network of CNTK, operator set 8': {
    file: 'opt-mnist.onnx',
    feeds: { Input3: noise(1, 1, 28, 28) },
    output: 'Plus214_Output_0',
    loss: labels(3),
    rate: 1e-3,
  },
};

const differences = [1e-2, 5e-3, 2e-3, 1e-3];

function times(model: Model, factor: number): Model {
  const floats = [...model.initializers].filter(([, { type }]) => type === 'float32');
  const larger = floats.map(
    ([name, { shape, data }]) =>
      [
        name,
        float32(
          shape,
          (data as Float32Array).map((value) => factor * value),
        ),
      ] as const,
  );
  return model.withInitializers(new Map(larger));
}

// eslint-disable-next-line no-restricted-syntax -- a test finds its data by the variable that says where the data is
const data = process.env['GRAFT_DATA_DIR'] ?? join(import.meta.dirname, '../../../../../../shared/data');
const folder = join(data, 'onnx-models');
const absent = Object.values(models)
  .map(({ file }) => join(folder, file))
  .filter((path) => !existsSync(path));
if (absent.length > 0)
  console.warn(`SKIPPED: training real models, because ${absent.join(', ')} is absent. Set GRAFT_DATA_DIR to run it.`);

/** Models of others that train like the miniatures; none, said loudly, where their files are absent. */
export const realModels: readonly TrainedCase[] =
  absent.length > 0
    ? []
    : Object.entries(models).map(([name, { file, rate, enlarged = 1, ...rest }]) => ({
        name,
        steps: 10,
        rate,
        make: async () => ({
          ...rest,
          steps: differences,
          model: times(await loadModel(join(folder, file)), enlarged),
        }),
      }));
