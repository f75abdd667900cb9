// Tensors and their files
export {
  float32,
  int64,
  tensor,
  elementCount,
  type ElementType,
  type Tensor,
  type TensorData,
} from './tensors/tensor.js';
export { SafetensorsFile, writeSafetensors, type TensorRange } from './tensors/safetensors.js';
export { constantInitial, ones, seededRandom, truncatedNormal, xavier, zeros, type Initial } from './tensors/random.js';

// Models as values
export { Model, type Port } from './model/model.js';
export { loadModel, saveModel, type SaveOptions } from './model/files.js';
export { matches, UnmatchedPattern, type NamePattern } from './model/name-pattern.js';
export { upgraded } from './model/upgrade/upgrade.js';
export { NotUpgradable } from './model/upgrade/rule.js';
export { decompose } from './decompose/decompose.js';
export { Undecomposable } from './decompose/rewriting.js';
export { describe, type Description } from './model/describe.js';
export { problemMessage, validate, type Problem } from './model/validate.js';
export { withInferredTypes } from './model/inferred-types.js';
export { findCut, findCuts, type Cut, type CutPattern } from './model/find.js';
export { compose, extract, renamed, type Composed } from './model/surgery.js';
export { replace, type Replacement } from './model/replace.js';
export { prune } from './model/prune.js';
export { fold, type FoldOptions } from './model/fold.js';
export type { Dimension, Shape } from './proto/messages.js';

// Writing graphs
export { GraphBuilder, type ConvOptions } from './graph/builder.js';
export { fixedShape, OPSET, type Value } from './graph/graph.js';

// Differentiation and losses
export { backward } from './autodiff/backward.js';
export { NoGradient, type Seed } from './autodiff/rule.js';
export { scalarLoss, weightedSum, type Loss, type Objective } from './losses/loss.js';
export { softmaxCrossEntropy, type CrossEntropyOptions } from './losses/cross-entropy.js';
export { classification } from './losses/classification.js';
export { languageModelLoss, type LanguageModelOptions } from './losses/language-model.js';
export {
  contrastive,
  learnedScale,
  similarity,
  type ContrastiveOptions,
  type Temperature,
} from './losses/contrastive.js';
export { sigmoidPairs } from './losses/sigmoid-pairs.js';
export { tripletLoss, type TripletOptions } from './losses/triplet.js';
export { sampledSoftmax, type SampledSoftmaxOptions } from './losses/sampled-softmax.js';
export { meanSquaredError } from './losses/mean-squared-error.js';
export { cosineLoss, distillationLoss } from './losses/distillation.js';
export { matryoshka, type Prefix } from './losses/matryoshka.js';

// Adapters
export { LoraAdapter, type LoraOptions } from './adapters/lora.js';
export { isLoraWeight } from './adapters/lora-factors.js';

// Training and serving
export { Trainer, type Feeds, type StepResult, type TrainerOptions, type WeightsOf } from './training/trainer.js';
export type { Figures, FitPlan, FitResult, StepReport, Validation } from './training/fit.js';
export type { TrainableModel } from './training/trainable-model.js';
export type { CheckpointState } from './training/checkpoint.js';
export type { OptimizerOptions, ParameterGroup } from './optimizer/optimizer.js';
export { learningRate, type Schedule } from './optimizer/schedule.js';
export { openSession, type Session } from './runtime/session.js';
