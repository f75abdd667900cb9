import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { loadModel, saveModel } from '../model/files.js';
import type { Model, Port } from '../model/model.js';
import { problemMessage, validate } from '../model/validate.js';
import { openSession } from '../runtime/session.js';
import { seededRandom } from '../tensors/random.js';
import { elementCount, scalarOf, tensor, type Tensor } from '../tensors/tensor.js';
import { failed, inapplicable, passed, type Outcome } from './outcome.js';
import type { SuiteTest } from './suite.js';

/** Every `.onnx` file below a folder, as something to check. */
export const wholeModels = (published: string): SuiteTest[] =>
  readdirSync(published, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.onnx'))
    .map(({ name, parentPath }) => ({ name: `${basename(parentPath)}/${name}`, folder: parentPath }));

/** Reads a whole model, validates it, writes it to other files and runs those on random numbers. */
export async function checkModel({ name, folder }: SuiteTest): Promise<Outcome> {
  const path = join(folder, basename(name));
  const model = await loadModel(path);
  if (Buffer.compare(readFileSync(path), model.toBytes()) !== 0) return failed('it is written back as other bytes');
  const [problem] = await validate(model);
  if (problem) return failed(problemMessage(problem));
  if (model.graph.node.length === 0) return inapplicable('it has no nodes to run');
  const copy = mkdtempSync(join(tmpdir(), 'graft-model-'));
  try {
    await saveModel(model, join(copy, 'copy.onnx'));
    await using session = await openSession(join(copy, 'copy.onnx'), { threads: 1 });
    const answers = await session.run(randomFeeds(model), session.outputNames);
    const broken = Object.entries(answers).find(
      ([, { type, data }]) => type === 'float32' && (data as Float32Array).some(Number.isNaN),
    );
    return broken
      ? failed(`output "${broken[0]}": expected numbers, found NaN`)
      : passed('read, written, validated, run');
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function randomFeeds(model: Model): Record<string, Tensor> {
  const random = seededRandom('feeds');
  return Object.fromEntries(model.inputs.map((port) => [port.name, randomTensor(port, random)]));
}

/** Reals around zero, whole numbers 0 or 1; open sizes are 1, but where one counts a past and a present. */
function randomTensor({ type, shape }: Port, random: () => number): Tensor {
  const sizes = shape.map((size) => (typeof size === 'number' ? size : /total|\+/.test(size) ? 2 : 1));
  const { data } = scalarOf(type, 0);
  const values = new (data.constructor as new (length: number) => Tensor['data'])(elementCount(sizes));
  const isReal = type.startsWith('float');
  for (let at = 0; at < values.length; at += 1) {
    const value = isReal ? random() * 2 - 1 : 1;
    values[at] = values instanceof BigInt64Array || values instanceof BigUint64Array ? BigInt(value) : value;
  }
  return tensor(type, sizes, values);
}
