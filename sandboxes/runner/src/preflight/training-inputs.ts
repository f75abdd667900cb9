import type { DatasetItem, ImagePreprocessing, TextEncoding } from '@graft/protocol';
import type { LabelVocabulary } from '../labels.js';
import type { EncodableText } from '../text-tokens.js';
import type { TrainingPlan } from '../training-loop.js';

export type TrainingFeeds = Readonly<Record<string, Float32Array | BigInt64Array>>;

/** What stands behind the numbers a training is fed with: enough to show them to a person again. */
export interface TrainingInputs {
  readonly train: readonly DatasetItem[];
  readonly validation: readonly DatasetItem[];
  /** Which training items a batch holds, row by row. */
  readonly itemsOf: (batch: number) => ArrayLike<number>;
  /** What feed `labels.<target>` counts. */
  readonly labels: LabelVocabulary;
  /** How feed `pixel_values` was made; null where stored vectors are read (feed `item_embeddings`). */
  readonly pictures: {
    readonly preprocessing: ImagePreprocessing;
    /** Decoded pictures by index, planar uint8 [3, height, width]. */
    readonly train: (index: number) => Uint8Array;
    readonly validation: (index: number) => Uint8Array;
  } | null;
  readonly texts: TextInputs | null;
}

export interface TextInputs {
  readonly encoding: TextEncoding;
  /** Names of the two feeds, row-major [rows, length]. */
  readonly ids: string;
  readonly weights: string;
  /** The texts that an item may be read as. */
  readonly readings: (item: DatasetItem) => readonly EncodableText[];
}

/** A training that is about to start: `rehearse` shows what it would do, `runTraining` does it. */
export interface PreparedTraining<Models, Feeds extends TrainingFeeds = TrainingFeeds> {
  readonly plan: TrainingPlan<Feeds>;
  readonly inputs: TrainingInputs;
  /** The models as they are now: trained, once the plan has been carried out. */
  readonly models: () => Models;
}
