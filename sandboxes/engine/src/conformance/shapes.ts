import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TensorProto_DataType as Type } from '../proto/onnx.gen.js';
import { elementOfOnnx } from '../tensors/tensor.js';
import { specialise, type SpecialisedModel } from '../graph/specialise.js';
import { Model } from '../model/model.js';
import { upgraded } from '../model/upgrade/upgrade.js';
import { feedable, isPlain, type Feedable } from './feedable.js';
import { failed, inapplicable, messageOf, passed, type Outcome } from './outcome.js';
import { isSizedByData, readCase, steeringInputs, type SuiteCase, type SuiteTest } from './suite.js';

/** Infers type and shape of every output from those of the inputs and compares them with the published outputs. */
export async function checkShapes(test: SuiteTest): Promise<Outcome> {
  const found = readCase(test);
  if ([...found.outputs.values()].some(({ kind }) => kind !== 'tensor'))
    return inapplicable('an output is a sequence or an optional value, which has no shape');
  const model = upgraded(Model.fromBytes(readFileSync(join(test.folder, 'model.onnx'))));
  let refusal: string | undefined;
  // Inputs that decide sizes (a Reshape's target) are constants in a real model: the second attempt makes them such.
  for (const constants of [new Set<string>(), deciding(found)]) {
    try {
      const bound = feedable(model, found.inputs, found.outputs, constants);
      refusal = differenceOf(bound, await inferred(bound));
    } catch (error) {
      refusal = messageOf(error);
    }
    if (refusal === undefined) return passed(constants.size > 0 ? 'sizes given' : 'from the shapes alone');
  }
  return isSizedByData(found.proto) ? inapplicable('its sizes depend on the data') : failed(refusal!);
}

/** Inputs that are no reals (sizes, axes, positions, masks), and reals that steer. */
const deciding = ({ inputs, proto }: SuiteCase): Set<string> =>
  new Set([
    ...steeringInputs(proto),
    ...[...inputs]
      .filter(([, value]) => value.kind === 'tensor' && !reals.has(value.tensor.dataType))
      .map(([name]) => name),
  ]);

const reals = new Set<Type>([Type.FLOAT, Type.DOUBLE, Type.FLOAT16]);

const inferred = ({ model, feeds }: Feedable): Promise<SpecialisedModel> =>
  specialise(model, Object.fromEntries(Object.entries(feeds).map(([name, { dims }]) => [name, dims])), new Set());

function differenceOf({ fetches }: Feedable, { values, constants }: SpecialisedModel): string | undefined {
  for (const { path, name, expected } of fetches) {
    if (!('dataType' in expected)) continue;
    const found = values.get(name) ?? constants.get(name);
    if (!found) return `output "${path}": expected an inferred shape, found none`;
    if (found.shape.join() !== expected.dims.join())
      return `output "${path}": expected shape [${expected.dims.join(', ')}], found [${found.shape.join(', ')}]`;
    const type = elementOfOnnx(expected.dataType);
    if (isPlain(expected.dataType) && type !== undefined && found.type !== type)
      return `output "${path}": expected ${type}, found ${found.type}`;
  }
  return undefined;
}
