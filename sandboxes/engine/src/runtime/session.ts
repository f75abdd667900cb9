import { InferenceSession as RuntimeSession } from 'onnxruntime-node';
import { Model } from '../model/model.js';
import type { Tensor } from '../tensors/tensor.js';
import { engineTensor, runtimeTensor } from './runtime-tensor.js';
import { sessionOptions } from './session-options.js';

/** A model ready to answer. `run` blocks the event loop while it computes. Release it, or hold it with `await using`. */
export class Session implements AsyncDisposable {
  constructor(private readonly session: RuntimeSession) {}

  get inputNames(): readonly string[] {
    return this.session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.session.outputNames;
  }

  /** Answers the outputs asked for by name; nothing else is computed. */
  async run<Output extends string>(
    feeds: Readonly<Record<string, Tensor>>,
    outputs: readonly Output[],
  ): Promise<Record<Output, Tensor>> {
    const missing = outputs.find((name) => !this.outputNames.includes(name));
    if (missing !== undefined) throw new Error(`Output "${missing}": expected one of ${this.outputNames.join(', ')}.`);
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, value]) => [name, runtimeTensor(name, value)]),
    );
    const results = await this.session.run(tensors, outputs);
    return Object.fromEntries(outputs.map((name) => [name, engineTensor(results[name]!)])) as Record<Output, Tensor>;
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

/** Opens a saved model by its path (weights beside it are mapped, not copied into JavaScript) or one in memory. */
export async function openSession(source: string | Model, { threads }: { threads: number }): Promise<Session> {
  const options = sessionOptions(threads);
  return new Session(
    await (source instanceof Model
      ? RuntimeSession.create(source.toBytes(), options)
      : RuntimeSession.create(source, options)),
  );
}
