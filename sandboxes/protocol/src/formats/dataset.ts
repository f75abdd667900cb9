import { z } from 'zod';
import { ItemId, Sha256, Split } from '../ids.js';

/**
 * A dataset version on disk (a tree artifact): `dataset.json` (this manifest), `items.jsonl` (one DatasetItem a line, in
 * ordinal order), `images.bin` (the original picture bytes, concatenated) and, where the team has it, `pairs.jsonl`.
 */
export const DatasetManifest = z.strictObject({
  format: z.literal('graft-dataset'),
  formatVersion: z.literal(1),
  itemCount: z.number().int().min(0),
  splitCounts: z.record(Split, z.number().int().min(0)),
  pairCount: z.number().int().min(0),
  /** Attribute name -> its values with the number of items each, most frequent first. */
  attributes: z.record(z.string(), z.array(z.strictObject({ value: z.string(), count: z.number().int() }))),
});
export type DatasetManifest = z.infer<typeof DatasetManifest>;

export const DatasetItem = z.strictObject({
  id: ItemId,
  title: z.string().max(2000),
  attributes: z.record(z.string().max(64), z.string().max(256)),
  split: Split,
  image: z.strictObject({
    offset: z.number().int().min(0),
    length: z.number().int().min(1),
    sha256: Sha256,
    width: z.number().int(),
    height: z.number().int(),
    format: z.enum(['jpeg', 'png', 'webp', 'gif']),
  }),
});
export type DatasetItem = z.infer<typeof DatasetItem>;

/** One edge of the co-engagement graph: people who engaged with `a` also engaged with `b`. */
export const DatasetPair = z.strictObject({ a: ItemId, b: ItemId, weight: z.number().positive() });
export type DatasetPair = z.infer<typeof DatasetPair>;

export const ImportProblemCode = z.enum([
  'row-unreadable',
  'field-missing',
  'field-invalid',
  'duplicate-id',
  'unknown-split',
  'file-missing',
  'image-broken',
  'image-too-large',
  'pair-unknown-item',
]);

/** One refused manifest row: `row` counts from 1 without the header. One line of `problems.jsonl`. */
export const ImportProblem = z.strictObject({
  row: z.number().int().min(1),
  itemId: z.string().max(200).nullable(),
  code: ImportProblemCode,
  message: z.string().max(500),
});
export type ImportProblem = z.infer<typeof ImportProblem>;
