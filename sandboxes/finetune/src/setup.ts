import { loadModel, type Model } from '@graft/engine';
import { type BundleManifest, type DatasetItem, type ImagePreprocessing, VisionArchitecture } from '@graft/protocol';
import {
  type Bundle,
  componentOf,
  type Dataset,
  graphPath,
  InputInvalid,
  openBundle,
  type RecipeContext,
  type TrainingInputs,
} from '@graft/runner';
import { PixelCache } from './pixel-cache.js';
import { buildVisionEncoder } from './vision-encoder.js';

export type FinetuneContext = RecipeContext<'finetune'>;

/** Everything an objective trains with. */
export interface Setup {
  readonly context: FinetuneContext;
  readonly dataset: Dataset;
  readonly train: PixelCache;
  readonly validation: PixelCache;
  readonly preprocessing: ImagePreprocessing;
  /** The vision encoder that training starts from: that of `base`, or a new one. */
  readonly encoder: Model;
  /** Size of its `image_features`. */
  readonly width: number;
  readonly base: Bundle | null;
}

export async function prepare(context: FinetuneContext, dataset: Dataset): Promise<Setup> {
  const start = await startingPoint(context);
  const trainItems = dataset.itemsOf('train');
  if (trainItems.length < 2) {
    throw new InputInvalid(
      `The dataset has ${trainItems.length} items in split "train"; training needs at least 2. Set the split column, or import with missingSplit "hash".`,
    );
  }
  const decode = (items: readonly DatasetItem[]): Promise<PixelCache> =>
    PixelCache.decode(context, dataset, items, start.preprocessing);
  return {
    context,
    dataset,
    ...start,
    train: await decode(trainItems),
    validation: await decode(dataset.itemsOf('val')),
  };
}

/** What a preflight shows of the pictures. */
export function pictureInputs({
  train,
  validation,
  preprocessing,
}: Setup): Pick<TrainingInputs, 'train' | 'validation' | 'pictures'> {
  return {
    train: train.items,
    validation: validation.items,
    pictures: {
      preprocessing,
      train: (index) => train.picture(index),
      validation: (index) => validation.picture(index),
    },
  };
}

type StartingPoint = Pick<Setup, 'preprocessing' | 'encoder' | 'width' | 'base'>;

async function startingPoint(context: FinetuneContext): Promise<StartingPoint> {
  const { base: mount, architecture } = context.input;
  if (mount === null) {
    const chosen = architecture ?? VisionArchitecture.parse({});
    const preprocessing = {
      width: chosen.width,
      height: chosen.height,
      fit: 'fill',
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    } satisfies ImagePreprocessing;
    const encoder = buildVisionEncoder(chosen, context.task.seed);
    return { preprocessing, encoder, width: chosen.convolutions?.at(-1)?.channels ?? chosen.dim, base: null };
  }
  if (architecture !== null) {
    throw new InputInvalid(
      'architecture: expected nothing beside "base", whose encoder has its architecture already. Leave one of the two out.',
    );
  }
  const base = await openBundle(context.inputPath(mount));
  const { preprocessing } = base.manifest;
  if (!preprocessing)
    throw new InputInvalid(`base: expected a bundle with "preprocessing", found none in "${base.manifest.name}".`);
  const encoder = await loadModel(graphPath(base, componentOf(base, 'vision_encoder')));
  return { preprocessing, encoder, width: featureWidth(base.manifest), base };
}

function featureWidth(manifest: BundleManifest): number {
  const width = manifest.components['vision_encoder']?.outputs.find(({ name }) => name === 'image_features')?.shape[1];
  if (typeof width !== 'number')
    throw new InputInvalid('base: expected vision_encoder to write image_features [n, width] with a fixed width.');
  return width;
}
