import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { copyOf, node } from '../proto/messages.js';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ValueInfoProtoSchema,
  type NodeProto,
} from '../proto/onnx.gen.js';
import { weightedSum } from '../losses/loss.js';
import type { Model } from '../model/model.js';
import { ExportWriter } from '../testing/architectures/export-writer.js';
import { directionalCheck, weightedTotal } from '../testing/directional-derivatives.js';
import { noise } from '../testing/fused-node.js';
import { float32, tensor, type Tensor } from '../tensors/tensor.js';
import type { TrainingGraphOptions } from './training-graph.js';

const branch = (name: string, nodes: NodeProto[]) =>
  create(AttributeProtoSchema, {
    name,
    type: AttributeType.GRAPH,
    g: create(GraphProtoSchema, {
      name,
      node: nodes,
      output: nodes.at(-1)!.output.map((output) => create(ValueInfoProtoSchema, { name: output })),
    }),
  });

const step = (opType: string, input: string[], output: string, axis?: number): NodeProto =>
  node({ opType, input, output: [output], attributes: axis === undefined ? {} : { axis } });

/** Two decoders in one, as merged exports are: with `use_cache_branch` the past goes before x, without it is left out. */
function merged(): Model {
  const w = new ExportWriter(17, 'merged');
  w.input('x', 'float32', ['length', 4]);
  w.input('past', 'float32', ['past_length', 4]);
  w.input('use_cache_branch', 'bool', [1]);
  w.weight('weight', [4, 3]);
  const model = w.model({ y: w.op('If', ['use_cache_branch'], {}, { outputs: ['y'] }) });
  const attribute = [
    branch('then_branch', [step('Concat', ['past', 'x'], 'all', 0), step('MatMul', ['all', 'weight'], 'with')]),
    branch('else_branch', [step('MatMul', ['x', 'weight'], 'without')]),
  ];
  const decided = model.graph.node.map((found) => copyOf(found, { attribute }));
  return model.withGraph(copyOf(model.graph, { node: decided }), model.initializers);
}

const options = (constants: Readonly<Record<string, Tensor>>): TrainingGraphOptions<'model'> => ({
  models: { model: merged() },
  objective: async (g, { model }) => {
    const stored = Object.entries(constants).map(([name, value]) => [name, g.constant(value)]);
    const { y } = await model.apply(g, { x: g.input('x', 'float32', [2, 4]), ...Object.fromEntries(stored) }, ['y']);
    return weightedSum(g, { total: { loss: weightedTotal(g, [y]), weight: 1 } });
  },
});
const flag = (value: boolean): Tensor => tensor('bool', [1], Uint8Array.of(Number(value)));
const feeds = { x: noise(2, 4) };

describe('constants that are fed to a model', () => {
  it.each([
    ['without a past', flag(false), 0],
    ['with a past of two places', flag(true), 2],
  ])('decide the branch of a merged decoder: %s', async (_, use_cache_branch, length) => {
    const past = float32(
      [length, 4],
      Array.from({ length: 4 * length }, (_, at) => Math.sin(at)),
    );
    const { parameters, worst } = await directionalCheck(options({ past, use_cache_branch }), { feeds });
    expect(parameters).toEqual(['model/weight']);
    expect(worst).toBeLessThan(1e-3);
  });

  it('are refused where type or size is another', async () => {
    const past = float32([1, 5], [1, 2, 3, 4, 5]);
    await expect(directionalCheck(options({ past, use_cache_branch: flag(true) }), { feeds })).rejects.toThrow(
      /Input "past": expected float32 \[past_length, 4\], found float32 \[1, 5\]/,
    );
  });
});
