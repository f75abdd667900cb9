import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { fixedShape, type Value } from '../graph/graph.js';
import type { Model } from '../model/model.js';
import { updateRule, type OptimizerOptions } from '../optimizer/optimizer.js';
import { ParameterStore } from '../optimizer/parameter-store.js';
import { runtimeTensor } from '../runtime/runtime-tensor.js';
import { sessionOptions } from '../runtime/session-options.js';
import type { Tensor, TensorData } from '../tensors/tensor.js';
import { readCheckpoint, writeCheckpoint, type CheckpointState } from './checkpoint.js';
import { fit, type FitPlan, type FitResult } from './fit.js';
import { parameterName } from './trainable-model.js';
import { trainingGraph, type TrainingGraph, type TrainingGraphOptions } from './training-graph.js';

export interface TrainerOptions<Name extends string> extends TrainingGraphOptions<Name> {
  readonly optimizer?: OptimizerOptions;
  /**
   * Keeps an exponential moving average of the weights, which is then what is exported. The decay grows with the steps up to
   * `decay`, min(decay, (1 + steps) / (10 + steps)), so that a short training is not held at its first weights.
   */
  readonly ema?: { readonly decay: number };
  /** Threads onnxruntime computes with. Results are bit-identical for the same number on the same machine. */
  readonly threads: number;
}

/** Data of the objective's inputs by name, in the sizes it declared. */
export type Feeds = Readonly<Record<string, TensorData>>;

export interface StepResult {
  readonly loss: number;
  /** Norm of all gradients before clipping. */
  readonly gradientNorm: number;
  /** The objective's terms by name, unweighted. */
  readonly parts: Readonly<Record<string, number>>;
}

/** Which weights: as the last update left them, their moving average, or those of the best validation. */
export type WeightsOf = 'last' | 'average' | 'best';

/** Trains the weights of one or several models inside one graph. `step` blocks the event loop: use it in a process of its own. */
export class Trainer<Name extends string> {
  private steps = 0;
  /** A copy of the weights that were best so far, laid out as a region of the store. */
  private best: Float32Array | undefined;
  private readonly weights: Readonly<Record<string, RuntimeTensor>>;

  private constructor(
    private readonly options: TrainerOptions<Name>,
    private readonly training: TrainingGraph,
    private readonly store: ParameterStore,
    private readonly session: InferenceSession,
  ) {
    this.weights = Object.fromEntries(
      store.names.map((name) => [name, new RuntimeTensor('float32', store.view('weight', name), store.shape(name))]),
    );
  }

  /** Throws where a trainable weight has no path to the loss, an operator on that path no gradient, or a pattern names nothing. */
  static async create<Name extends string>(options: TrainerOptions<Name>): Promise<Trainer<Name>> {
    const { optimizer = {}, ema, threads } = options;
    const training = await trainingGraph(options);
    const { graph, objective, gradients } = training;
    const store = new ParameterStore(new Map([...graph.parameters].map(([name, { initial }]) => [name, initial])), {
      rule: updateRule(optimizer),
      groups: optimizer.groups ?? [],
      averages: ema !== undefined,
    });
    const outputs = [objective.loss.value, ...Object.values(objective.parts), ...gradients.values()];
    const model = graph.toTrainingModel(Object.fromEntries(outputs.map((value) => [value.name, value])));
    const session = await InferenceSession.create(model.toBytes(), sessionOptions(threads));
    return new Trainer(options, training, store, session);
  }

  /** Updates made so far, those before a restored checkpoint included. */
  get stepsDone(): number {
    return this.steps;
  }

  /** How many numbers are trained. */
  get parameterCount(): number {
    return this.store.size;
  }

  /**
   * One update, from one batch or from the mean gradient of several micro-batches (each counts the same), which are asked for
   * one after the other: a buffer may be filled again for the next one. Loss and parts are means as well.
   */
  async step(feeds: Feeds | Iterable<Feeds>, learningRate: number): Promise<StepResult> {
    const { loss, parts } = this.training.objective;
    const scalars = [loss.value, ...Object.values(parts)];
    const sums = scalars.map(() => 0);
    let count = 0;
    for (const batch of isSeveral(feeds) ? feeds : [feeds]) {
      const results = await this.session.run({ ...this.batch(batch), ...this.weights });
      const data = ({ name }: Value) => results[name]!.data as Float32Array;
      for (const [name, gradient] of this.training.gradients) {
        if (count === 0) this.store.view('gradient', name).set(data(gradient));
        else this.store.addGradient(name, data(gradient));
      }
      scalars.forEach((value, index) => (sums[index]! += data(value)[0]!));
      count += 1;
    }
    if (count === 0) throw new Error(`Step ${this.steps + 1}: expected at least one micro-batch, found none.`);
    const [total, ...terms] = sums.map((sum) => sum / count) as [number, ...number[]];
    const gradientNorm = this.update({ count, learningRate, loss: total });
    return {
      loss: total,
      gradientNorm,
      parts: Object.fromEntries(Object.keys(parts).map((name, index) => [name, terms[index]!])),
    };
  }

  /** Trains to the end of a plan: validation, early stop, checkpoints; goes on from the plan's checkpoint where there is one. */
  async fit(plan: FitPlan): Promise<FitResult> {
    return fit(this, plan);
  }

  /** Keeps a copy of what would be exported now; a checkpoint holds it as well. */
  keepBest(): void {
    this.best = this.store.whole(this.exported).slice();
  }

  /** Makes the weights that `keepBest` kept the current ones (and their average). Throws where none were kept. */
  useBest(): void {
    const best = this.bestOrThrow();
    for (const region of new Set(['weight', this.exported])) this.store.whole(region).set(best);
  }

  /** Keeps everything that `restore` needs to go on bit by bit as if nothing had happened; replaces the checkpoint before. */
  async checkpoint(folder: string, state: CheckpointState = {}): Promise<void> {
    await writeCheckpoint(folder, this.store, { step: this.steps, state, best: this.best });
  }

  /** Goes back to the folder's checkpoint and answers the state stored with it; undefined where there is no checkpoint. */
  async restore(folder: string): Promise<CheckpointState | undefined> {
    const found = await readCheckpoint(folder, this.store);
    if (!found) return undefined;
    this.steps = found.step;
    this.best = found.best;
    return found.state;
  }

  /** A copy of one trained parameter ("model/initializer", or the name the objective gave it). */
  parameter(name: string, of: WeightsOf = 'last'): Tensor {
    const data =
      of === 'best'
        ? this.store.partOf(this.bestOrThrow(), name)
        : this.store.view(of === 'last' ? 'weight' : 'average', name);
    return { type: 'float32', shape: this.store.shape(name), data: data.slice() };
  }

  /** The models as they are now, each with the inputs and open sizes it came with. Default: the average where one is kept. */
  export(of: WeightsOf = this.exported === 'average' ? 'average' : 'last'): Record<Name, Model> {
    const { models } = this.options;
    const names = Object.keys(models) as Name[];
    const trained = (name: Name): Model => {
      const model = models[name];
      const weights = [...model.initializers.keys()].filter((weight) =>
        this.training.graph.parameters.has(parameterName(name, weight)),
      );
      return model.withInitializers(
        new Map(weights.map((weight) => [weight, this.parameter(parameterName(name, weight), of)])),
      );
    };
    return Object.fromEntries(names.map((name) => [name, trained(name)])) as Record<Name, Model>;
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private get exported(): 'weight' | 'average' {
    return this.options.ema ? 'average' : 'weight';
  }

  private bestOrThrow(): Float32Array {
    if (!this.best) throw new Error('Best weights: expected a call of keepBest before, found none.');
    return this.best;
  }

  private batch(feeds: Feeds): Record<string, RuntimeTensor> {
    const inputs = this.training.graph.inputs;
    const unknown = Object.keys(feeds).find((name) => inputs.every((input) => input.name !== name));
    if (unknown !== undefined)
      throw new Error(`Feed "${unknown}": expected one of ${inputs.map(({ name }) => name).join(', ')}.`);
    return Object.fromEntries(
      inputs.map((input) => {
        const data = feeds[input.name];
        if (!data)
          throw new Error(`Feed "${input.name}": expected ${input.type} [${input.shape.join(', ')}], found none.`);
        return [input.name, runtimeTensor(input.name, { type: input.type, shape: fixedShape(input), data })];
      }),
    );
  }

  /** Moves the weights against the mean of `count` summed gradients; answers its norm. */
  private update({ count, learningRate, loss }: { count: number; learningRate: number; loss: number }): number {
    const { optimizer: { maxGradientNorm = Infinity } = {}, ema } = this.options;
    const norm = this.store.gradientNorm() / count;
    if (!Number.isFinite(norm))
      throw new Error(
        `Step ${this.steps + 1}: expected finite gradients, found a norm of ${norm} (loss ${loss}). Lower the learning rate or look at the input.`,
      );
    this.steps += 1;
    const clipped = norm > maxGradientNorm ? maxGradientNorm / norm : 1;
    this.store.update({ step: this.steps, learningRate, gradientScale: clipped / count });
    for (const [name, { max }] of this.training.graph.parameters) {
      const weight = this.store.view('weight', name);
      if (max !== undefined) weight.forEach((value, at) => (weight[at] = Math.min(value, max)));
    }
    if (ema) this.store.average(Math.min(ema.decay, (1 + this.steps) / (10 + this.steps)));
    return norm;
  }
}

const isSeveral = (feeds: Feeds | Iterable<Feeds>): feeds is Iterable<Feeds> => Symbol.iterator in feeds;
