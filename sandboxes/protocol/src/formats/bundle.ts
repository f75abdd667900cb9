import { z } from 'zod';
import { Name, RelativePath, Sha256 } from '../ids.js';
import { ImagePreprocessing, Space } from './space.js';

export const Port = z.strictObject({
  name: z.string().min(1).max(200),
  dtype: z.enum(['float32', 'float16', 'int64', 'int32', 'bool', 'uint8']),
  /** A number is a fixed size; a string names a free one. */
  shape: z.array(z.union([z.number().int().min(0), z.string().min(1)])),
});
export type Port = z.infer<typeof Port>;

export const BundleFile = z.strictObject({ path: RelativePath, sha256: Sha256, sizeBytes: z.number().int().min(0) });
export type BundleFile = z.infer<typeof BundleFile>;

export const Component = z.strictObject({
  graph: BundleFile,
  /** Weights beside the graph (safetensors as ONNX external data). */
  weights: z.array(BundleFile),
  inputs: z.array(Port),
  outputs: z.array(Port),
  /** The space whose vectors this component writes (an encoder) or reads (an item_projector). */
  space: Space.optional(),
});
export type Component = z.infer<typeof Component>;

/** How a text becomes `token_ids` int64 [n, length] and `token_weights` f32 [n, length] of `text_encoder`: `textTokens` of the runner. */
export const TextEncoding = z.strictObject({
  kind: z.literal('hashed-words'),
  buckets: z.number().int().min(16).max(1_048_576).default(16_384).describe('Rows of the table of token embeddings'),
  length: z.number().int().min(1).max(256).default(32).describe('Tokens kept of a text'),
  ngrams: z.number().int().min(1).max(3).default(2).describe('Longest run of words that is a token of its own'),
  characters: z
    .number()
    .int()
    .min(0)
    .max(8)
    .default(0)
    .describe('Letters of a piece of a word; 0 for whole words only'),
});
export type TextEncoding = z.infer<typeof TextEncoding>;

/**
 * Graft's own bundle layout: `bundle.json` (this manifest) beside the files it names. Component names are those of DESIGN.md
 * section 2: `vision_encoder`, `item_projector`, `head`, ...
 * Ports of the simplest bundle: vision_encoder `pixel_values` f32 [n, 3, h, w] -> `image_features` f32 [n, H];
 * item_projector `item_embeddings` f32 [n, d] -> `image_features` f32 [n, H]; head `image_features` -> `logits.<target>` f32 [n, classes].
 * A dual encoder has text_encoder `token_ids` int64 [n, length], `token_weights` f32 [n, length] -> `text_features` f32 [n, H] beside its
 * vision_encoder: both write unit vectors of one space and carry it.
 */
export const BundleManifest = z.strictObject({
  format: z.literal('graft-bundle'),
  formatVersion: z.literal(1),
  name: z.string().min(1).max(200),
  components: z.record(Name, Component),
  /** How pictures are fed to `vision_encoder`; absent where no component reads pictures. */
  preprocessing: ImagePreprocessing.optional(),
  /** How texts are fed to `text_encoder`; absent where no component reads texts. */
  text: TextEncoding.optional(),
  /** Lengths, ascending, at which a vector's first numbers are a vector of their own once brought back to unit length. */
  matryoshka: z.array(z.number().int().min(1)).optional(),
  /** Target (attribute name) -> class labels in the order of `logits.<target>`. */
  labels: z.record(z.string(), z.array(z.string())),
  metadata: z.record(z.string(), z.string()),
});
export type BundleManifest = z.infer<typeof BundleManifest>;
