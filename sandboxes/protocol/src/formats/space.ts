import { z } from 'zod';
import { Sha256 } from '../ids.js';

/** How a picture becomes `pixel_values` f32 [n, 3, height, width]: resize to fill, scale to 0..1, subtract mean, divide by std. */
export const ImagePreprocessing = z.strictObject({
  width: z.number().int().min(8).max(1024),
  height: z.number().int().min(8).max(1024),
  fit: z.enum(['fill', 'cover', 'contain']),
  mean: z.tuple([z.number(), z.number(), z.number()]),
  std: z.tuple([z.number(), z.number(), z.number()]),
});
export type ImagePreprocessing = z.infer<typeof ImagePreprocessing>;

export const SpaceDefinition = z.strictObject({
  /** SHA-256 over the encoder's graph and weights. */
  encoderSha256: Sha256,
  preprocessing: ImagePreprocessing,
  pooling: z.enum(['mean', 'cls']),
  normalised: z.boolean(),
  dim: z.number().int().min(1).max(65536),
  dtype: z.enum(['float32', 'float16']),
});
export type SpaceDefinition = z.infer<typeof SpaceDefinition>;

/** `sp_` and the first 32 hexadecimal digits of the SHA-256 of the definition's canonical JSON (see `canonicalJson`). */
export const SpaceId = z.string().regex(/^sp_[0-9a-f]{32}$/, 'expected a space id: sp_ and 32 hexadecimal digits');

export const Space = z.strictObject({ id: SpaceId, definition: SpaceDefinition });
export type Space = z.infer<typeof Space>;

/**
 * A snapshot on disk (a tree artifact): `snapshot.json` (this manifest), `vectors.safetensors` (tensor `vectors`, row-major
 * [itemCount, dim]), `ids.txt` (row i's item id) and `keys.txt` (row i's image sha256: what the next snapshot compares).
 */
export const SnapshotManifest = z.strictObject({
  format: z.literal('graft-snapshot'),
  formatVersion: z.literal(1),
  space: Space,
  itemCount: z.number().int().min(0),
  /** Items whose vectors were computed for this snapshot. */
  encodedCount: z.number().int().min(0),
  /** Items whose vectors were taken from the previous snapshot of the same space because their picture had not changed. */
  reusedCount: z.number().int().min(0),
});
export type SnapshotManifest = z.infer<typeof SnapshotManifest>;
