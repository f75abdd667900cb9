import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { Model } from '../model/model.js';
import { upgraded } from '../model/upgrade/upgrade.js';
import { differenceOf } from './compare.js';
import { feedable, type Feedable } from './feedable.js';
import { failed, inapplicable, messageOf, passed, type Outcome } from './outcome.js';
import { isRandom, readCase, type SuiteTest } from './suite.js';

/** Reads a model, writes it, runs what was written and compares it with the published outputs. */
export async function checkRuns(test: SuiteTest): Promise<Outcome> {
  const { proto, inputs, outputs } = readCase(test);
  if (isRandom(proto)) return inapplicable('its answer is random');
  const model = Model.fromBytes(readFileSync(join(test.folder, 'model.onnx')));
  const opened = await openAny(feedable(model, inputs, outputs), () => feedable(upgraded(model), inputs, outputs));
  if ('refusal' in opened) return failed(opened.refusal);
  try {
    const { feeds, fetches } = opened.bound;
    const answers = await opened.session.run(feeds);
    for (const { path, name, expected } of fetches) {
      const found = answers[name]!;
      const first = Number(found.data[0]);
      if ('length' in expected && first !== expected.length)
        return failed(`output "${path}": expected ${expected.length} items, found ${first}`);
      if ('present' in expected && first !== Number(expected.present))
        return failed(`output "${path}": expected ${expected.present ? 'a value' : 'none'}, found the opposite`);
      const difference = 'dataType' in expected ? differenceOf(path, expected, found) : undefined;
      if (difference !== undefined) return failed(difference);
    }
    return passed(opened.how);
  } finally {
    await opened.session.release();
  }
}

type Opened = { session: InferenceSession; bound: Feedable; how: string } | { refusal: string };

/** As it is; where onnxruntime has no kernels for that operator set, carried to the engine's own. */
async function openAny(bound: Feedable, newer: () => Feedable): Promise<Opened> {
  try {
    return { session: await open(bound), bound, how: 'as published' };
  } catch (error) {
    try {
      const converted = newer();
      return { session: await open(converted), bound: converted, how: 'in the operator set it was carried to' };
    } catch {
      return { refusal: messageOf(error) };
    }
  }
}

const open = ({ model }: Feedable): Promise<InferenceSession> =>
  InferenceSession.create(model.toBytes(), { logSeverityLevel: 4, intraOpNumThreads: 1 });
