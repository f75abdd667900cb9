import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { backward } from '../autodiff/backward.js';
import { sumAll } from '../autodiff/broadcast.js';
import { Model } from '../model/model.js';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  type GraphProto,
} from '../proto/onnx.gen.js';
import { node, tensorProto, valueInfo, type AttributeValue } from '../proto/messages.js';
import { openSession } from '../runtime/session.js';
import { float32, int64 } from '../tensors/tensor.js';
import { TrainableModel } from '../training/trainable-model.js';
import { GraphBuilder } from './builder.js';

const STEPS = 3;

const graphOf = (fields: Pick<GraphProto, 'node' | 'input' | 'output'> & Partial<GraphProto>): GraphProto => ({
  ...create(GraphProtoSchema, { name: 'graph' }),
  ...fields,
});
const plain = (opType: string, input: string[], output: string[]) => node({ opType, input, output, attributes: {} });

function modelWith(loop: {
  opType: string;
  input: string[];
  body: GraphProto;
  attributes?: Record<string, AttributeValue>;
}): Model {
  const held = node({
    opType: loop.opType,
    input: loop.input,
    output: ['last', 'all'],
    attributes: loop.attributes ?? {},
  });
  held.attribute.push(
    create(AttributeProtoSchema, { name: 'body', type: AttributeProto_AttributeType.GRAPH, g: loop.body }),
  );
  const graph = graphOf({
    node: [held],
    input: [valueInfo('first', 'float32', [2]), valueInfo('x', 'float32', [STEPS, 2])],
    output: [valueInfo('last', 'float32', [2]), valueInfo('all', 'float32', [STEPS, 2])],
    initializer: [
      tensorProto('count', int64([], [STEPS])),
      tensorProto('on', { type: 'bool', shape: [], data: Uint8Array.of(1) }),
    ],
  });
  const opsetImport = [create(OperatorSetIdProtoSchema, { domain: '', version: 21n })];
  return Model.of(create(ModelProtoSchema, { irVersion: 10n, opsetImport, graph }));
}

/** state = tanh(state * 0.5 + x[step]), backwards, and each state. */
const scan = modelWith({
  opType: 'Scan',
  input: ['first', 'x'],
  attributes: { num_scan_inputs: 1, scan_input_directions: [1], scan_output_directions: [1] },
  body: graphOf({
    node: [
      plain('Mul', ['state', 'half'], ['halved']),
      plain('Add', ['halved', 'row'], ['sum']),
      plain('Tanh', ['sum'], ['next']),
      plain('Identity', ['next'], ['each']),
    ],
    input: [valueInfo('state', 'float32', [2]), valueInfo('row', 'float32', [2])],
    output: [valueInfo('next', 'float32', [2]), valueInfo('each', 'float32', [2])],
    initializer: [tensorProto('half', float32([], [0.5]))],
  }),
});

/** state = tanh(state + x[step]) with x from outside the body. */
const loop = modelWith({
  opType: 'Loop',
  input: ['count', 'on', 'first'],
  body: graphOf({
    node: [
      plain('Gather', ['x', 'step'], ['row']),
      plain('Add', ['state', 'row'], ['sum']),
      plain('Tanh', ['sum'], ['next']),
      plain('Identity', ['next'], ['each']),
      plain('Identity', ['goOn'], ['goesOn']),
    ],
    input: [valueInfo('step', 'int64', []), valueInfo('goOn', 'bool', []), valueInfo('state', 'float32', [2])],
    output: [valueInfo('goesOn', 'bool', []), valueInfo('next', 'float32', [2]), valueInfo('each', 'float32', [2])],
  }),
});

it.each([
  ['a scan', scan],
  ['a loop', loop],
])('%s of known length is written out, answers the same and has gradients', async (_, model) => {
  const first = float32([2], [0.2, -0.4]);
  const x = float32([STEPS, 2], [0.1, 0.2, -0.3, 0.4, 0.5, -0.6]);
  const g = new GraphBuilder();
  const inputs = { first: g.parameterOf('first', first), x: g.parameterOf('x', x) };
  const applied = await new TrainableModel('m', model, new Set()).apply(g, inputs, ['last', 'all']);
  expect(g.nodes.map(({ opType }) => opType)).not.toContain(model.graph.node[0]!.opType);
  const sum = g.add(sumAll(g, applied.last), sumAll(g, applied.all));
  const gradients = backward(g, [{ of: sum, gradient: g.scalar(1) }], [inputs.x]);
  const outputs = { last: applied.last, all: applied.all, slope: gradients.get('x')! };
  await using derived = await openSession(g.toTrainingModel(outputs), { threads: 1 });
  await using original = await openSession(model, { threads: 1 });
  const answer = await derived.run({ first, x }, ['last', 'all', 'slope']);
  const total = async (by: number): Promise<number> => {
    const moved = float32(x.shape, (x.data as Float32Array).with(2, (x.data as Float32Array)[2]! + by));
    const { last, all } = await original.run({ first, x: moved }, ['last', 'all']);
    return [...(last.data as Float32Array), ...(all.data as Float32Array)].reduce((one, other) => one + other, 0);
  };
  expect(answer.all).toEqual((await original.run({ first, x }, ['all'])).all);
  expect((answer.slope.data as Float32Array)[2]).toBeCloseTo(((await total(1e-2)) - (await total(-1e-2))) / 2e-2, 3);
});
