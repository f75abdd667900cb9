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

/**
 * Graft's own bundle layout: `bundle.json` (this manifest) beside the files it names. Component names are those of DESIGN.md
 * section 2: `vision_encoder`, `item_projector`, `head`, ...
 * Ports of the simplest bundle: vision_encoder `pixel_values` f32 [n, 3, h, w] -> `image_features` f32 [n, H];
 * item_projector `item_embeddings` f32 [n, d] -> `image_features` f32 [n, H]; head `image_features` -> `logits.<target>` f32 [n, classes].
 */
export const BundleManifest = z.strictObject({
  format: z.literal('graft-bundle'),
  formatVersion: z.literal(1),
  name: z.string().min(1).max(200),
  components: z.record(Name, Component),
  /** How pictures are fed to `vision_encoder`; absent where no component reads pictures. */
  preprocessing: ImagePreprocessing.optional(),
  /** Target (attribute name) -> class labels in the order of `logits.<target>`. */
  labels: z.record(z.string(), z.array(z.string())),
  metadata: z.record(z.string(), z.string()),
});
export type BundleManifest = z.infer<typeof BundleManifest>;
