import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { backward } from '../autodiff/backward.js';
import { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import type { Objective } from '../losses/loss.js';
import type { Model } from '../model/model.js';
import { adamWDefaults, type AdamWOptions } from '../optimizer/adamw.js';
import { ParameterStore } from '../optimizer/parameter-store.js';
import { runtimeTensor } from '../runtime/runtime-tensor.js';
import { sessionOptions } from '../runtime/session-options.js';
import type { Tensor, TensorData } from '../tensors/tensor.js';
import { readCheckpoint, writeCheckpoint, type CheckpointState } from './checkpoint.js';
import { parameterName, TrainableModel } from './trainable-model.js';

export interface OptimizerOptions extends AdamWOptions {
  /** Gradients are scaled down together where their norm is above it. */
  readonly maxGradientNorm: number;
}

export interface TrainerOptions<Name extends string> {
  readonly models: Readonly<Record<Name, Model>>;
  /** Writes the training graph once: inputs of fixed sizes, models applied to them, the loss. */
  readonly objective: (
    graph: GraphBuilder,
    models: Readonly<Record<Name, TrainableModel>>,
  ) => Objective | Promise<Objective>;
  /** Which weights ("model/initializer") change; the others are frozen. Default: every float32 initializer of rank 1 and above. */
  readonly trainable?: (name: string) => boolean;
  readonly optimizer?: Partial<OptimizerOptions>;
  /** Threads onnxruntime computes with. Results are bit-identical for the same number on the same machine. */
  readonly threads: number;
  /** Decides the first values of parameters that the objective itself makes. */
  readonly seed?: string | number;
}

export interface StepResult {
  readonly loss: number;
  /** Norm of all gradients before clipping. */
  readonly gradientNorm: number;
  /** The objective's terms by name, unweighted. */
  readonly parts: Readonly<Record<string, number>>;
}

interface TrainingGraph {
  readonly graph: GraphBuilder;
  readonly objective: Objective;
  /** By parameter. */
  readonly gradients: ReadonlyMap<string, Value>;
}

/** Trains the weights of one or several models inside one graph. `step` blocks the event loop: use it in a process of its own. */
export class Trainer<Name extends string> {
  private steps = 0;

  private constructor(
    private readonly models: Readonly<Record<Name, Model>>,
    private readonly training: TrainingGraph,
    private readonly store: ParameterStore,
    private readonly session: InferenceSession,
    private readonly optimizer: Partial<OptimizerOptions>,
  ) {}

  /** Throws where a trainable weight has no path to the loss, or an operator on that path no gradient. */
  static async create<Name extends string>(options: TrainerOptions<Name>): Promise<Trainer<Name>> {
    const training = await trainingGraph(options);
    const { graph, objective, gradients } = training;
    const store = new ParameterStore(new Map([...graph.parameters].map(([name, { initial }]) => [name, initial])));
    const outputs = [objective.loss.value, ...Object.values(objective.parts), ...gradients.values()];
    const model = graph.toTrainingModel(Object.fromEntries(outputs.map((value) => [value.name, value])));
    const session = await InferenceSession.create(model.toBytes(), sessionOptions(options.threads));
    return new Trainer(options.models, training, store, session, options.optimizer ?? {});
  }

  /** Updates made so far, those before a restored checkpoint included. */
  get stepsDone(): number {
    return this.steps;
  }

  /** How many numbers are trained. */
  get parameterCount(): number {
    return this.store.size;
  }

  /** One forward and backward pass and one update. Feeds by input name, in the sizes the objective declared. */
  async step(feeds: Readonly<Record<string, TensorData>>, learningRate: number): Promise<StepResult> {
    const results = await this.session.run({ ...this.batch(feeds), ...this.weights() });
    for (const [name, gradient] of this.training.gradients)
      this.store.buffers(name).gradient.set(results[gradient.name]!.data as Float32Array);
    const scalar = (value: Value): number => Number(results[value.name]!.data[0]);
    const { loss, parts } = this.training.objective;
    const gradientNorm = this.store.gradientNorm();
    if (!Number.isFinite(gradientNorm))
      throw new Error(
        `Step ${this.steps + 1}: expected finite gradients, found a norm of ${gradientNorm} (loss ${scalar(loss.value)}). Lower the learning rate or look at the input.`,
      );
    this.update(gradientNorm, learningRate);
    return {
      loss: scalar(loss.value),
      gradientNorm,
      parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, scalar(value)])),
    };
  }

  /** Keeps everything that `restore` needs to go on bit by bit as if nothing had happened; replaces the checkpoint before. */
  async checkpoint(folder: string, state: CheckpointState = {}): Promise<void> {
    await writeCheckpoint(folder, this.store, { step: this.steps, state });
  }

  /** Goes back to the folder's checkpoint and answers the state stored with it; undefined where there is no checkpoint. */
  async restore(folder: string): Promise<CheckpointState | undefined> {
    const found = await readCheckpoint(folder, this.store);
    if (!found) return undefined;
    this.steps = found.step;
    return found.state;
  }

  /** A copy of one trained parameter ("model/initializer", or the name the objective gave it). */
  parameter(name: string): Tensor {
    return { type: 'float32', shape: this.store.shape(name), data: this.store.buffers(name).weight.slice() };
  }

  /** The models as they are now, each with the inputs and open sizes it came with. */
  export(): Record<Name, Model> {
    const names = Object.keys(this.models) as Name[];
    const trained = (name: Name): Model => {
      const model = this.models[name];
      const weights = [...model.initializers.keys()].filter((weight) =>
        this.training.graph.parameters.has(parameterName(name, weight)),
      );
      return model.withInitializers(
        new Map(weights.map((weight) => [weight, this.parameter(parameterName(name, weight))])),
      );
    };
    return Object.fromEntries(names.map((name) => [name, trained(name)])) as Record<Name, Model>;
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private batch(feeds: Readonly<Record<string, TensorData>>): Record<string, RuntimeTensor> {
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

  private weights(): Record<string, RuntimeTensor> {
    return Object.fromEntries(
      this.store.names.map((name) => [
        name,
        new RuntimeTensor('float32', this.store.buffers(name).weight, this.store.shape(name)),
      ]),
    );
  }

  private update(gradientNorm: number, learningRate: number): void {
    const { maxGradientNorm = Infinity, ...options } = this.optimizer;
    this.steps += 1;
    const gradientScale = gradientNorm > maxGradientNorm ? maxGradientNorm / gradientNorm : 1;
    this.store.update({ ...adamWDefaults, ...options }, { step: this.steps, learningRate, gradientScale });
  }
}

const isWeight = ({ type, shape }: Tensor): boolean => type === 'float32' && shape.length >= 1;

async function trainingGraph<Name extends string>({
  models,
  objective: write,
  trainable = () => true,
  seed = 0,
}: TrainerOptions<Name>): Promise<TrainingGraph> {
  const graph = new GraphBuilder({ seed });
  const applicable = Object.entries<Model>(models).map(([name, model]) => {
    const trained = [...model.initializers].filter(
      ([weight, value]) => isWeight(value) && trainable(parameterName(name, weight)),
    );
    return [name, new TrainableModel(name, model, new Set(trained.map(([weight]) => weight)))] as const;
  });
  const objective = await write(graph, Object.fromEntries(applicable) as Record<Name, TrainableModel>);
  if (graph.parameters.size === 0) throw new Error('Trainer: expected at least one trainable parameter, found none.');
  const gradients = backward(
    graph,
    objective.loss.seeds,
    [...graph.parameters.values()].map(({ value }) => value),
  );
  return { graph, objective, gradients };
}
