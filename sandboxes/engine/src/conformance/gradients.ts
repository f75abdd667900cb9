import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { TensorProto_DataType as Type, type TensorProto } from '../proto/onnx.gen.js';
import { backward } from '../autodiff/backward.js';
import type { Seed } from '../autodiff/rule.js';
import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { Model } from '../model/model.js';
import { upgraded } from '../model/upgrade/upgrade.js';
import { runtimeTensor } from '../runtime/runtime-tensor.js';
import { seededRandom } from '../tensors/random.js';
import { float32, type Tensor } from '../tensors/tensor.js';
import { TrainableModel } from '../training/trainable-model.js';
import { compareSlopes, type Point } from './differences.js';
import { feedable, type Feedable } from './feedable.js';
import { numbersOf } from './numbers.js';
import { inapplicable, messageOf, type Outcome } from './outcome.js';
import { isRandom, isSizedByData, readCase, steeringInputs, type SuiteCase, type SuiteTest } from './suite.js';

/** A published model as a function of its reals: what is differentiated, and at which point. */
interface Differentiable {
  readonly bound: Feedable;
  /** Real inputs and weights, by name, with the values of the test. */
  readonly point: Point;
  /** The real outputs as published. */
  readonly outputs: ReadonlyMap<string, Tensor>;
}

/**
 * Differentiates a weighted sum of a test's real outputs at the test's own inputs and compares with finite differences. Inputs that lie
 * on a jump or where several bends meet (the 0 of Sign, equal values in a window) have no one slope: where these fail, it is asked
 * again a little beside them.
 */
export async function checkGradients(test: SuiteTest): Promise<Outcome> {
  const found = readCase(test);
  if (isRandom(found.proto)) return inapplicable('its answer is random');
  const prepared = prepare(test, found);
  if ('verdict' in prepared) return prepared;
  const outcome = await checkAt(test, prepared);
  if (outcome.reason.includes('expected a shape of known sizes') && isSizedByData(found.proto))
    return inapplicable('its sizes depend on the data');
  if (outcome.verdict !== 'failed' || !outcome.reason.startsWith('gradient of')) return outcome;
  const beside = await checkAt(test, { ...prepared, point: movedALittle(prepared.point) });
  return beside.verdict === 'passed' ? { ...beside, reason: `${beside.reason}, beside the test's inputs` } : outcome;
}

function movedALittle(point: Point): Point {
  const random = seededRandom('beside');
  const moved = (data: Float32Array) =>
    data.map((value) => value + 0.1 * (random() - 0.5) * Math.max(1, Math.abs(value)));
  return new Map([...point].map(([name, { shape, data }]) => [name, float32(shape, moved(data as Float32Array))]));
}

async function checkAt(test: SuiteTest, prepared: Differentiable): Promise<Outcome> {
  const weights = new Map(
    [...prepared.outputs].map(([name, { data }]) => {
      const random = seededRandom(`${test.name}/${name}`);
      // What is masked with infinity counts for nothing.
      return [name, (data as Float32Array).map((value) => (Number.isFinite(value) ? random() * 2 - 1 : 0))];
    }),
  );
  let derived: ReadonlyMap<string, Float32Array> | string;
  try {
    derived = await derivedGradients(prepared, weights);
  } catch (error) {
    derived = messageOf(error);
  }
  return await compareSlopes({ model: prepared.bound.model, point: prepared.point, weights, derived });
}

function prepare(test: SuiteTest, found: SuiteCase): Differentiable | Outcome {
  const tensors = (values: SuiteCase['inputs']) =>
    [...values].flatMap(([name, value]) => (value.kind === 'tensor' ? [[name, value.tensor] as const] : []));
  const model = upgraded(Model.fromBytes(readFileSync(join(test.folder, 'model.onnx'))));
  const steering = steeringInputs(model.proto);
  const isReal = ([name, tensor]: readonly [string, { dataType: number }]): boolean =>
    tensor.dataType === (Type.FLOAT as number) && !steering.has(name);
  const inputs = tensors(found.inputs).filter(isReal);
  const weights = [...model.initializers].filter(
    ([name, { type, shape }]) => type === 'float32' && shape.length > 0 && !steering.has(name),
  );
  if (inputs.length + weights.length === 0) {
    const other = tensors(found.inputs).some(([, { dataType }]) => otherReals.has(dataType));
    return inapplicable(other ? 'its reals are not float32' : 'it has no real input');
  }
  const outputs = tensors(found.outputs).filter(([, { dataType }]) => dataType === (Type.FLOAT as number));
  if (outputs.length === 0) return inapplicable('it has no float32 output');
  const constants = new Set([
    ...steering,
    ...tensors(found.inputs).flatMap(([name, { dataType }]) => (dataType === (Type.FLOAT as number) ? [] : [name])),
  ]);
  const kept = new Map(outputs.map(([name, tensor]) => [name, { kind: 'tensor' as const, tensor }]));
  const point = new Map<string, Tensor>([
    ...inputs.map(([name, tensor]) => [name, float32Of(tensor)] as const),
    ...weights,
  ]);
  return {
    bound: feedable(model, found.inputs, kept, constants),
    point,
    outputs: new Map(outputs.map(([name, tensor]) => [name, float32Of(tensor)])),
  };
}

const float32Of = (tensor: TensorProto): Tensor => float32(tensor.dims.map(Number), numbersOf(tensor) as number[]);

const otherReals = new Set<number>([
  Type.DOUBLE,
  Type.FLOAT16,
  Type.BFLOAT16,
  Type.FLOAT8E4M3FN,
  Type.FLOAT8E4M3FNUZ,
  Type.FLOAT8E5M2,
  Type.FLOAT8E5M2FNUZ,
  Type.FLOAT4E2M1,
]);

/** What the engine answers, by input; an input from which no path leads to an output is left out. */
async function derivedGradients(
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

async function differentiated(
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
