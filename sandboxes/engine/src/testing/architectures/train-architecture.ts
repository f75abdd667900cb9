import { GraphBuilder } from '../../graph/builder.js';
import { weightedSum, type Objective } from '../../losses/loss.js';
import type { Model } from '../../model/model.js';
import { openSession } from '../../runtime/session.js';
import { elementCount, type Tensor } from '../../tensors/tensor.js';
import type { TrainableModel } from '../../training/trainable-model.js';
import { Trainer } from '../../training/trainer.js';
import type { TrainingGraphOptions } from '../../training/training-graph.js';
import { directionalCheck, type DirectionalCheck } from '../directional-derivatives.js';
import type { Architecture } from './cases.js';

const isEmpty = ({ shape }: Tensor): boolean => elementCount(shape) === 0;

const fedOf = ({ feeds }: Architecture): [string, Tensor][] =>
  Object.entries(feeds).filter(([, value]) => !isEmpty(value));

export function optionsOf({ model, feeds, output, loss }: Architecture): TrainingGraphOptions<'model'> {
  const objective = async (g: GraphBuilder, models: { readonly model: TrainableModel }): Promise<Objective> => {
    const inputs = Object.entries(feeds).map(([name, value]) => [
      name,
      isEmpty(value) ? g.constant(value) : g.input(name, value.type, value.shape),
    ]);
    const found = await models.model.apply(g, Object.fromEntries(inputs), [output]);
    return weightedSum(g, { loss: { loss: loss(g, found[output]!), weight: 1 } });
  };
  return { models: { model }, objective };
}

export const checkGradients = (architecture: Architecture): Promise<DirectionalCheck> =>
  directionalCheck(optionsOf(architecture), {
    feeds: Object.fromEntries(fedOf(architecture)),
    ...(architecture.steps ? { steps: architecture.steps } : {}),
  });

export interface Trained {
  readonly losses: readonly number[];
  /** Of the weights at the end. */
  readonly trainingLoss: number;
  /** The same batch through the exported model, as onnxruntime serves it. */
  readonly servedLoss: number;
  readonly exported: Model;
}

export async function train(
  architecture: Architecture,
  { steps, rate }: { steps: number; rate: number },
): Promise<Trained> {
  const trainer = await Trainer.create({ ...optionsOf(architecture), threads: 1 });
  const feeds = Object.fromEntries(fedOf(architecture).map(([name, { data }]) => [name, data]));
  const losses: number[] = [];
  for (let step = 0; step < steps; step += 1) losses.push((await trainer.step(feeds, rate)).loss);
  const { loss: trainingLoss } = await trainer.step(feeds, 0);
  const { model: exported } = trainer.export();
  await trainer.release();
  return { losses, trainingLoss, servedLoss: await servedLoss(exported, architecture), exported };
}

/** The loss of what onnxruntime answers for the model as it is, fused operators included. */
export async function servedLoss(model: Model, { feeds, output, loss }: Architecture): Promise<number> {
  await using served = await openSession(model, { threads: 1 });
  const answered = (await served.run(feeds, [output]))[output]!;
  const graph = new GraphBuilder();
  const { value } = loss(graph, graph.input('answered', answered.type, answered.shape));
  await using judge = await openSession(graph.toModel({ loss: value }), { threads: 1 });
  return Number((await judge.run({ answered }, ['loss'])).loss.data[0]);
}
