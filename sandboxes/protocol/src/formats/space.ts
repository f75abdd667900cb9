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

/** How the numbers of a snapshot are stored. `int8` holds round(value / scale), with one scale a row: max |value| / 127. */
export const VectorDtype = z.enum(['f32', 'f16', 'int8']);
export type VectorDtype = z.infer<typeof VectorDtype>;

/** A hierarchical navigable small world: how many neighbours a node keeps, and how many candidates building and searching look at. */
export const HnswParameters = z.strictObject({
  kind: z.literal('hnsw'),
  connectivity: z.number().int().min(2).max(128).default(16).describe('Neighbours that a node keeps'),
  expansionAdd: z.number().int().min(1).max(4096).default(128).describe('Candidates looked at while building'),
  expansionSearch: z.number().int().min(1).max(4096).default(64).describe('Candidates looked at by a search'),
});
export type HnswParameters = z.infer<typeof HnswParameters>;

/** Share of the 10 nearest neighbours (by cosine) that were found, the mean over a sample of the snapshot's own rows as queries. */
const Recall = { recall10: z.number().min(0).max(1), queries: z.number().int().min(1) };

/**
 * A snapshot on disk (a tree artifact): `snapshot.json` (this manifest), `vectors.safetensors` (tensor `vectors`, row-major
 * [itemCount, dim], of the manifest's dtype; for int8 also tensor `scales` f32 [itemCount]), `ids.txt` (row i's item id),
 * `keys.txt` (row i's image sha256: what the next snapshot compares) and, where the manifest has an index, `index.usearch`.
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
  dtype: VectorDtype.default('f32'),
  /** What storing fewer bits costs: neighbours by the stored rows against those by the f32 rows. Null for f32, which loses nothing. */
  quantisation: z.strictObject(Recall).nullable().default(null),
  /** What approximate search costs: neighbours by the index against those by comparing with every stored row; p50 of one search. */
  index: HnswParameters.extend({ ...Recall, p50Ms: z.number().min(0) })
    .nullable()
    .default(null),
});
export type SnapshotManifest = z.infer<typeof SnapshotManifest>;
