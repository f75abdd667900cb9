import { z } from 'zod';
import { HnswParameters, VectorDtype } from './formats/space.js';
import { TextEncoding } from './formats/bundle.js';
import { Name, RelativePath, Split } from './ids.js';

/** US dollars, where nobody says otherwise. */
export const PRICE_PER_CPU_HOUR = 0.04;

/** A mounted tree artifact, named by its folder below the task's inputs root. */
const Mount = RelativePath;

export const ColumnMapping = z.strictObject({
  id: z.string().min(1).default('id'),
  file: z.string().min(1).default('file'),
  title: z.string().min(1).default('title'),
  split: z.string().min(1).default('split'),
  /** Attribute columns; null takes every other column. */
  attributes: z.array(z.string().min(1)).nullable().default(null),
});

/** Reads an upload (`files.bin` + `files.jsonl` {name, offset, length} + `manifest.csv` or `manifest.jsonl` [+ `pairs.csv`]). Writes tree `dataset` and tree `problems`. */
export const ImportInput = z.strictObject({
  upload: Mount,
  manifest: z.enum(['csv', 'jsonl']),
  columns: ColumnMapping,
  /** Rows without a split, or all rows where the column is missing: 'refuse' them, or 'hash' 80/10/10 by id. */
  missingSplit: z.enum(['refuse', 'hash']).default('refuse'),
  maxImageBytes: z.number().int().default(20_000_000),
  maxImagePixels: z.number().int().default(50_000_000),
});

export const VisionArchitecture = z.strictObject({
  width: z.number().int().min(16).max(512).default(48).describe('Width in pixels a picture is resized to'),
  height: z.number().int().min(16).max(512).default(48).describe('Height in pixels a picture is resized to'),
  patch: z
    .number()
    .int()
    .min(2)
    .max(64)
    .default(8)
    .describe('Side of a square patch in pixels; divides width and height'),
  dim: z.number().int().min(16).max(1024).default(128).describe('Width of the transformer'),
  depth: z.number().int().min(1).max(24).default(4).describe('Number of transformer layers'),
  heads: z.number().int().min(1).max(16).default(4).describe('Attention heads; divides dim'),
  convolutions: z
    .array(
      z.strictObject({
        channels: z.number().int().min(4).max(1024),
        blocks: z
          .number()
          .int()
          .min(0)
          .max(16)
          .describe('Residual blocks of two convolutions after the one that halves'),
      }),
    )
    .min(1)
    .max(6)
    .nullable()
    .default(null)
    .describe(
      'Stages of 3 x 3 convolutions, each halving the picture, in place of the transformer: better on small sets',
    ),
});
export type VisionArchitecture = z.infer<typeof VisionArchitecture>;

export const LoraParameters = z.strictObject({
  rank: z.number().int().min(1).max(512).default(8).describe('Width of the adapter: its size and what it can learn'),
  alpha: z.number().positive().max(4096).default(16).describe('Strength of the adapter; it is scaled by alpha / rank'),
  targets: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(64)
    .default(['*'])
    .describe('Weights of the base that get an adapter, as patterns in which * stands for anything'),
});

export const TrainingParameters = z.strictObject({
  epochs: z.number().min(0.01).max(1000).default(4).describe('Passes over the training split'),
  batchSize: z.number().int().min(2).max(4096).default(128),
  accumulation: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(1)
    .describe('Batches whose gradients are averaged before each update: larger updates in the same memory'),
  optimizer: z
    .enum(['adamw', 'sgd', 'lion'])
    .default('adamw')
    .describe('lion wants a 3 to 10 times smaller learning rate than adamw, sgd (with momentum) a larger one'),
  learningRate: z.number().positive().max(1).default(0.001).describe('Peak learning rate'),
  schedule: z
    .enum(['cosine', 'linear', 'constant', 'inverse-sqrt'])
    .default('cosine')
    .describe('How the learning rate falls after the warm-up'),
  weightDecay: z.number().min(0).max(1).default(0.05),
  warmup: z.number().min(0).max(1).default(0.1).describe('Share of the steps with a rising learning rate'),
  labelSmoothing: z.number().min(0).max(0.5).default(0.05),
  augment: z.boolean().default(true).describe('Random flips, shifts and brightness while training'),
  checkpointEvery: z.number().int().min(1).default(50).describe('Steps between checkpoints'),
  ema: z
    .number()
    .gt(0)
    .lt(1)
    .nullable()
    .default(null)
    .describe('Decay of a moving average of the weights, which is then what is validated and written; null for none'),
  earlyStopping: z
    .strictObject({
      patience: z.number().int().min(1).max(1000).default(3).describe('Validations in a row without gain'),
    })
    .nullable()
    .default(null)
    .describe('Ends the training early and goes back to the weights of the best validation; null trains to the end'),
  freeze: z
    .array(z.string().min(1).max(200))
    .max(64)
    .default([])
    .describe('Weights ("model/weight") that do not change, as patterns in which * stands for anything'),
  lora: LoraParameters.nullable()
    .default(null)
    .describe('Trains small adapters beside the frozen weights of the base and merges them; null trains the weights'),
});
export type TrainingParameters = z.infer<typeof TrainingParameters>;

const preflight = z
  .boolean()
  .default(false)
  .describe('Only shows what the training would read and take: writes tree `preflight` in place of the bundle');

/** The second tower of a dual encoder: hashed words, embedded, averaged and passed through a residual network. */
export const TextTower = TextEncoding.omit({ kind: true }).extend({
  width: z.number().int().min(8).max(1024).default(128).describe('Width of the token embeddings and layers'),
  depth: z.number().int().min(0).max(8).default(1).describe('Residual layers'),
  loss: z
    .enum(['info-nce', 'siglip'])
    .default('info-nce')
    .describe('Pictures against texts: a softmax over the batch, or a yes or no for each pair'),
  metadata: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe('Share of the texts that carry the attributes beside the title'),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.1)
    .describe(
      'Share of the tokens left out while training: a word that one title alone has must not be all it is known by',
    ),
  matryoshka: z
    .array(z.number().int().min(2))
    .max(8)
    .default([])
    .describe('Shorter lengths, below dim, at which the first numbers of a vector are a vector of their own'),
  hardNegatives: z
    .strictObject({
      attributes: z.array(z.string().min(1)).min(1).max(8).describe('Attributes that the items of a group share'),
      share: z.number().min(0).max(1).default(0.5).describe('Share of a batch that is drawn in groups'),
      groupSize: z.number().int().min(2).max(64).default(8),
    })
    .nullable()
    .default(null)
    .describe('Puts items that are hard to tell apart into one batch; null draws all at random'),
  attributeWeight: z
    .number()
    .min(0)
    .max(10)
    .default(0.5)
    .describe('Weight of naming each attribute by the text of its value, against 1 for pictures and texts'),
  neighbourWeight: z
    .number()
    .min(0)
    .max(10)
    .default(0.5)
    .describe('Weight of pulling co-engaged items together, where the dataset has pairs'),
  alignment: z
    .strictObject({
      epochs: z.number().min(0.01).max(1000).default(10).describe('Passes over the features of the training split'),
      batchSize: z.number().int().min(2).max(8192).default(512),
      learningRate: z.number().positive().max(1).default(0.002),
    })
    .nullable()
    .default(null)
    .describe(
      'After the training both towers are brought together once more on the finished features of the pictures, in batches as large as no picture would allow; null leaves them as they are',
    ),
});
export type TextTower = z.infer<typeof TextTower>;

export const FinetuneObjective = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('classify'),
    targets: z.array(z.string().min(1)).min(1).max(16).describe('Attributes the head predicts'),
  }),
  z.strictObject({
    kind: z.literal('contrastive'),
    dim: z.number().int().min(8).max(2048).default(128).describe('Dimension of the embedding space'),
    attributes: z
      .array(z.string().min(1))
      .max(16)
      .default([])
      .describe('Attributes that say which items belong together'),
    titles: z.boolean().default(true).describe('Pull a picture towards its title'),
    coEngagement: z.boolean().default(true).describe('Pull together items that the same people engaged with'),
    temperature: z.number().positive().max(1).default(0.07),
    text: TextTower.nullable()
      .default(null)
      .describe('Trains and exports a text tower in the same space: a dual encoder. Null for pictures only'),
  }),
]);

/** `classify` trains vision_encoder + head (from `base`, or from scratch by `architecture`); `contrastive` trains a domain encoder. Writes tree `bundle`. */
export const FinetuneInput = z.strictObject({
  dataset: Mount,
  base: Mount.nullable().default(null),
  architecture: VisionArchitecture.nullable().default(null),
  objective: FinetuneObjective,
  training: TrainingParameters,
  preflight,
});

/** Computes one vector per item of `dataset` with the bundle's encoder; items unchanged since `previous` are copied. Writes tree `snapshot`. */
export const EmbedInput = z.strictObject({
  dataset: Mount,
  encoder: Mount,
  previous: Mount.nullable().default(null),
  batchSize: z.number().int().min(1).max(1024).default(64),
  dtype: VectorDtype.default('f32').describe('How vectors are stored; f16 takes half the room of f32, int8 a quarter'),
  index: HnswParameters.nullable()
    .default(null)
    .describe('Build an index for approximate search; null searches exactly'),
});

/** Replaces base's vision_encoder by an item_projector over `snapshot` and trains projector and head. Writes tree `bundle`. */
export const SwapEncoderInput = z.strictObject({
  dataset: Mount,
  base: Mount,
  snapshot: Mount,
  targets: z.array(z.string().min(1)).min(1).max(16),
  projector: z.strictObject({
    hidden: z
      .number()
      .int()
      .min(0)
      .max(8192)
      .default(256)
      .describe('Width of the hidden layer; 0 for a linear projector'),
  }),
  training: TrainingParameters,
  preflight,
});

export const Candidate = z.strictObject({
  name: Name,
  role: z.enum(['stock', 'fine-tuned', 'swapped']),
  bundle: Mount,
  snapshot: Mount.nullable().default(null),
  /**
   * `bundle`: the bundle's own head answers. `class-means`: the encoder is left as it is and each label is the mean of its
   * training features (no gradient step): how a stock encoder that never saw these labels is asked "as it is".
   */
  head: z.enum(['bundle', 'class-means']).default('bundle'),
});

/** Asks a dual encoder: titles and attribute values for pictures, pictures for pictures. See RetrievalReport for what counts as right. */
export const RetrievalQuestions = z.strictObject({
  encoder: Mount.describe('Bundle with the text_encoder that reads the queries'),
  snapshot: Mount.describe('Vectors of all items by the same bundle: the gallery'),
  values: z.array(z.string().min(1)).max(16).default([]).describe('Attributes whose values are asked for as texts'),
  alike: z.array(z.string().min(1)).max(16).default([]).describe('Attributes that two like pictures share'),
});

/**
 * Compares candidates on the same held-out items, asks a dual encoder what it finds (`retrieval`), or both. Writes tree `report`
 * (report.json: EvaluationReport).
 */
export const EvaluateInput = z.strictObject({
  dataset: Mount,
  split: Split.default('val'),
  targets: z.array(z.string().min(1)).default([]),
  candidates: z.array(Candidate).max(8).default([]),
  retrieval: RetrievalQuestions.nullable().default(null),
  imagesPerRequest: z.array(z.number().int().min(1).max(200)).default([1, 5, 10, 20, 40]),
  rounds: z
    .number()
    .int()
    .min(3)
    .max(1000)
    .default(30)
    .describe('Interleaved rounds; each times every candidate at every size'),
  bootstrap: z.number().int().min(100).max(20000).default(2000),
  pricePerCpuHour: z.number().positive().default(PRICE_PER_CPU_HOUR),
});

/** Looks at the vectors of `snapshot` and, where given, at what changed against another snapshot. Writes tree `space-report`. */
export const InspectSpaceInput = z.strictObject({
  dataset: Mount,
  snapshot: Mount,
  against: Mount.nullable().default(null),
  attributes: z
    .array(z.string().min(1))
    .max(16)
    .default([])
    .describe('Attributes whose agreement among neighbours is measured; none takes all'),
  queries: z.number().int().min(1).max(200).default(24).describe('Items whose neighbours are shown'),
  neighbours: z.number().int().min(1).max(50).default(8).describe('Neighbours shown of each'),
  mapItems: z.number().int().min(16).max(5000).default(1500).describe('Items on the two-dimensional map'),
});

/**
 * Serves one bundle over HTTP on the unix socket `/serve/model.sock` (Open Inference Protocol v2 paths): input `item_ids` BYTES [n]
 * (resolved from the snapshot, or from the dataset's pictures) or `images` BYTES [n] (base64 in JSON); outputs `<target>.label` BYTES [n], `<target>.score` FP32 [n].
 * A bundle that reads stored vectors also takes `item_embeddings` FP32 [n, d], of the space that `parameters.space_id` names, and answers them when asked to;
 * with `encoder` and `dataset` it encodes the pictures of items that the snapshot lacks, and says in metric `encoded_on_miss` how many.
 */
export const ServeInput = z.strictObject({
  bundle: Mount,
  snapshot: Mount.nullable().default(null),
  dataset: Mount.nullable().default(null),
  /** The bundle that made the snapshot. */
  encoder: Mount.nullable().default(null),
  modelName: Name,
  modelVersion: z.string().min(1).max(64),
  threads: z.number().int().min(1).max(64).default(1),
});

/**
 * Answers searches over one snapshot by HTTP on a unix socket (see `search.ts`): `bundle` encodes what is asked in the snapshot's space,
 * `dataset` has the items' titles, attributes and pictures. Every answer names `snapshotId`.
 */
export const SearchInput = z.strictObject({
  bundle: Mount,
  snapshot: Mount,
  dataset: Mount,
  snapshotId: z.uuid(),
  threads: z.number().int().min(1).max(64).default(1),
});
