import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { openSession } from '../runtime/session.js';
import type { Model } from '../model/model.js';
import type { Tensor } from '../tensors/tensor.js';
import { medianOf, type Figure } from './report.js';

/** Long enough that the clock and the first run after a switch do not count. */
const RUNS = 12;

/**
 * A forward pass through the engine's session and through onnxruntime-node alone, as it comes apart from the number of threads:
 * alternating blocks in one process, the order turned each round.
 */
export async function compareInference(
  model: Model,
  input: { readonly name: string; readonly value: Tensor },
  { rounds, threads }: { rounds: number; threads: number },
): Promise<Figure[]> {
  const [output] = model.outputs.map(({ name }) => name) as [string];
  await using own = await openSession(model, { threads });
  const bare = await InferenceSession.create(model.toBytes(), { intraOpNumThreads: threads, logSeverityLevel: 3 });
  const { type, shape, data } = input.value;
  const fed = new RuntimeTensor(type as 'float32', data as Float32Array, shape);
  const sides = {
    graft: () => own.run({ [input.name]: input.value }, [output]),
    onnxruntime: () => bare.run({ [input.name]: fed }, [output]),
  };
  const pairs: { graft: number; onnxruntime: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const pair = { graft: NaN, onnxruntime: NaN };
    const names = ['graft', 'onnxruntime'] as const;
    for (const name of round % 2 === 0 ? names : [...names].reverse()) pair[name] = await timeOf(sides[name]);
    pairs.push(pair);
  }
  await bare.release();
  const ratios = pairs.map(({ graft, onnxruntime }) => onnxruntime / graft);
  const times = pairs.map(({ graft }) => graft);
  return [
    medianOf('inference', 'onnxruntime time / Graft time', ratios),
    medianOf('inference_graft_ms', 'ms a run of 8', times),
  ];
}

/** Median of a block, after a run that does not count. */
async function timeOf(run: () => Promise<unknown>): Promise<number> {
  await run();
  const milliseconds: number[] = [];
  for (let at = 0; at < RUNS; at += 1) {
    const started = performance.now();
    await run();
    milliseconds.push(performance.now() - started);
  }
  return medianOf('time', 'ms', milliseconds).value;
}
