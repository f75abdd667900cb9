import { join } from 'node:path';
import { type LoraAdapter, type Model, saveModel } from '@graft/engine';
import type { BundleManifest, Component, SpaceDefinition, TextEncoding } from '@graft/protocol';
import { encoderSha256, type LabelVocabulary, spaceOf, writeBundleManifest, writeComponent } from '@graft/runner';
import type { Setup } from './setup.js';

export interface TrainedModels {
  readonly encoder: Model;
  /** What was trained beside the base's weights; the encoder has it merged. */
  readonly adapter?: LoraAdapter;
  /** The second tower of a dual encoder, in the space of `encoder`. */
  readonly text?: { readonly encoder: Model; readonly encoding: TextEncoding; readonly matryoshka: readonly number[] };
  /** Absent where the objective has no targets. */
  readonly head: Model | undefined;
  readonly labels: LabelVocabulary;
  /** Whether the encoder's vectors have unit length. */
  readonly normalised: boolean;
}

/** The adapter apart from the encoder it is merged into: its base is the encoder of the bundle that training started from. */
const ADAPTER = 'vision_encoder.lora.safetensors';

/** Writes `out/bundle`: vision_encoder and text_encoder with their space, head, manifest. */
export async function exportBundle(
  { context, preprocessing }: Setup,
  trained: TrainedModels,
): Promise<{ folder: string; spaceId: string }> {
  const folder = await context.artifactDir('bundle');
  const { text } = trained;
  const encoder = await writeComponent(folder, 'vision_encoder', trained.encoder, saveModel);
  await trained.adapter?.save(join(folder, ADAPTER));
  const space = spaceOf({
    encoderSha256: encoderSha256(encoder),
    preprocessing,
    pooling: 'mean',
    normalised: trained.normalised,
    dim: featureWidth(encoder),
    dtype: 'float32',
  } satisfies SpaceDefinition);
  const manifest: BundleManifest = {
    format: 'graft-bundle',
    formatVersion: 1,
    name: nameOf(context.input.objective.kind, trained),
    components: {
      vision_encoder: { ...encoder, space },
      ...(text
        ? { text_encoder: { ...(await writeComponent(folder, 'text_encoder', text.encoder, saveModel)), space } }
        : {}),
      ...(trained.head ? { head: await writeComponent(folder, 'head', trained.head, saveModel) } : {}),
    },
    preprocessing,
    ...(text ? { text: text.encoding, matryoshka: text.matryoshka.toSorted((a, b) => a - b) } : {}),
    labels: Object.fromEntries(Object.entries(trained.labels).map(([target, labels]) => [target, [...labels]])),
    metadata: {
      recipe: 'finetune',
      objective: context.input.objective.kind,
      runId: context.task.runId,
      seed: String(context.task.seed),
      ...(trained.adapter ? { adapter: ADAPTER } : {}),
    },
  };
  await writeBundleManifest(folder, manifest);
  return { folder, spaceId: space.id };
}

function nameOf(objective: 'classify' | 'contrastive', { text }: TrainedModels): string {
  if (objective === 'classify') return 'classifier';
  return text ? 'dual-encoder' : 'domain-encoder';
}

function featureWidth(encoder: Component): number {
  return Number(encoder.outputs.find(({ name }) => name === 'image_features')?.shape[1]);
}
