import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TensorProto_DataType as Type } from '../proto/onnx.gen.js';
import { Model } from '../model/model.js';
import { upgraded } from '../model/upgrade/upgrade.js';
import { seededRandom } from '../tensors/random.js';
import { float32, type Tensor } from '../tensors/tensor.js';
import { derivedGradients, float32Of, type Differentiable } from './derivation.js';
import { compareSlopes, type Point } from './differences.js';
import { feedable } from './feedable.js';
import { inapplicable, messageOf, type Outcome } from './outcome.js';
import { isRandom, isSizedByData, readCase, steeringInputs, type SuiteCase, type SuiteTest } from './suite.js';
import { checkTrainingVector, isTrainingVector } from './training-vectors.js';

/**
 * Differentiates a weighted sum of a test's real outputs at the test's own inputs and compares with finite differences. Inputs that lie
 * on a jump or where several bends meet (the 0 of Sign, equal values in a window) have no one slope: where these fail, it is asked
 * again a little beside them.
 */
export async function checkGradients(test: SuiteTest): Promise<Outcome> {
  const found = readCase(test);
  if (isRandom(found.proto)) return inapplicable('its answer is random');
  if (isTrainingVector(found.proto)) return await checkTrainingVector(test, found);
  const prepared = prepare(test, found);
  if ('verdict' in prepared) return prepared;
  const outcome = await checkAt(test, prepared, prepared.point);
  if (outcome.reason.includes('expected a shape of known sizes') && isSizedByData(found.proto))
    return inapplicable('its sizes depend on the data');
  if (outcome.verdict !== 'failed' || !outcome.reason.startsWith('gradient of')) return outcome;
  const beside = await checkAt(test, prepared, movedALittle(prepared.point));
  return beside.verdict === 'failed' ? outcome : { ...beside, reason: `${beside.reason}, beside the test's inputs` };
}

function movedALittle(point: Point): Point {
  const random = seededRandom('beside');
  const moved = (data: Float32Array) =>
    data.map((value) => value + 0.1 * (random() - 0.5) * Math.max(1, Math.abs(value)));
  return new Map([...point].map(([name, { shape, data }]) => [name, float32(shape, moved(data as Float32Array))]));
}

async function checkAt(test: SuiteTest, published: Differentiable, point: Point): Promise<Outcome> {
  const prepared = { ...published, point };
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
  return await compareSlopes({ model: prepared.bound.model, point, published, weights, derived });
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
