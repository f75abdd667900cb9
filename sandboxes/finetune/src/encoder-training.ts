import { isLoraWeight, LoraAdapter, type Model } from '@graft/engine';
import { InputInvalid } from '@graft/runner';
import type { FinetuneContext } from './setup.js';

/** Throws where the training parameters ask for an adapter that nothing would train. */
export function refuseAdapter({ input: { training, objective } }: FinetuneContext): void {
  if (training.lora !== null)
    throw new InputInvalid(
      `training.lora: expected null with objective "${objective.kind}", which trains all weights.`,
    );
}

/** Under which name the encoder is among a trainer's models. */
const ENCODER = 'encoder';

/** The starting encoder as it is trained, and how it is finished: with LoRA, adapters are trained beside it and merged in the end. */
export interface EncoderTraining {
  readonly model: Model;
  /** Which of the trainer's weights ("model/weight") change. */
  readonly trainable: (name: string) => boolean;
  readonly finish: (trained: Model) => FinishedEncoder;
}

export interface FinishedEncoder {
  /** Of the form of the encoder that training started from. */
  readonly encoder: Model;
  readonly adapter?: LoraAdapter;
}

export function encoderTraining(context: FinetuneContext, encoder: Model): EncoderTraining {
  const { base, training } = context.input;
  if (training.lora === null) {
    return { model: encoder, trainable: () => true, finish: (trained) => ({ encoder: trained }) };
  }
  if (base === null)
    throw new InputInvalid(
      'training.lora: expected null without a "base": adapters change a trained encoder, a new one has nothing to keep.',
    );
  const adapter = LoraAdapter.create(encoder, { ...training.lora, seed: context.task.seed });
  return {
    model: adapter.attach(),
    trainable: (name) => !name.startsWith(`${ENCODER}/`) || isLoraWeight(name),
    finish: (trained) => {
      const learned = adapter.withWeightsOf(trained);
      return { encoder: learned.merge(), adapter: learned };
    },
  };
}
