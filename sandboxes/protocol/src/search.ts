import { z } from 'zod';
import { ItemId } from './ids.js';
import { SpaceId } from './formats/space.js';

/** Bytes of one picture in a question; base64 makes four characters of three bytes. */
export const MAX_QUERY_PICTURE_BYTES = 8 * 1024 * 1024;
export const MAX_QUERY_PICTURE_PIXELS = 50_000_000;

const Fraction = z.number().min(0).max(1);

/** A part of the picture as people see it (after its orientation is applied), in fractions of its width and height. */
export const Crop = z
  .strictObject({
    x: Fraction.describe('Left edge'),
    y: Fraction.describe('Upper edge'),
    width: Fraction.positive(),
    height: Fraction.positive(),
  })
  .refine(({ x, width }) => x + width <= 1 + 1e-6, {
    path: ['width'],
    message: 'expected a crop that ends within the picture: x + width at most 1',
  })
  .refine(({ y, height }) => y + height <= 1 + 1e-6, {
    path: ['height'],
    message: 'expected a crop that ends within the picture: y + height at most 1',
  });
export type Crop = z.infer<typeof Crop>;

/** `near`: the same picture, or described alike with vectors that are almost the same; `same`: only the very same picture; `none`: every item for itself. */
export const Folding = z.enum(['near', 'same', 'none']);
export type Folding = z.infer<typeof Folding>;

/** One question to a search index: a picture or an item (the seen part), a text (the said part), or one of them with the text. */
export const SearchRequest = z
  .strictObject({
    picture: z
      .string()
      .min(1)
      .max(Math.ceil(MAX_QUERY_PICTURE_BYTES / 3) * 4)
      .optional()
      .describe('A jpeg, png, webp or gif picture in base64, at most 8 MB'),
    item: ItemId.optional().describe('Look for what is like this item of the catalogue'),
    crop: Crop.optional().describe("Look at this part of the picture, or of the item's picture, alone"),
    text: z.string().trim().min(1).max(500).optional().describe('What to look for, in words'),
    weights: z
      .strictObject({ seen: z.number().min(0).max(10).default(1), said: z.number().min(0).max(10).default(1.5) })
      .prefault({})
      .describe('With a picture or item and a text: how much each of the two counts'),
    filters: z
      .record(z.string().min(1).max(64), z.array(z.string().max(256)).min(1).max(100))
      .default({})
      .describe('Attribute -> values: several values mean any of them, several attributes mean all of them'),
    limit: z.number().int().min(1).max(100).default(20),
    offset: z.number().int().min(0).max(400).default(0),
    fold: Folding.default('near').describe(
      'Which items are folded into the best of them: near, same (the very same picture) or none',
    ),
    exact: z.boolean().default(false).describe('Compare with every vector instead of asking the index'),
  })
  .refine(({ picture, item }) => picture === undefined || item === undefined, {
    path: ['item'],
    message: 'expected a picture or an item, not both',
  })
  .refine(({ picture, item, text }) => picture !== undefined || item !== undefined || text !== undefined, {
    path: ['picture'],
    message: 'expected at least one of picture, item and text',
  })
  .refine(({ picture, item, crop }) => crop === undefined || picture !== undefined || item !== undefined, {
    path: ['crop'],
    message: 'expected a picture or an item to cut the crop from',
  });
export type SearchRequest = z.infer<typeof SearchRequest>;

export const SearchHit = z.strictObject({
  id: ItemId,
  score: z
    .number()
    .describe('Cosine of the question and the item: at most 1; comparable within one kind of question only'),
  title: z.string(),
  attributes: z.record(z.string(), z.string()),
  duplicates: z
    .array(ItemId)
    .describe('Items folded into this one: the same picture, or described alike with almost the same vector'),
});
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchAnswer = z.strictObject({
  snapshotId: z.uuid().describe('The one snapshot that every score of this answer comes from'),
  spaceId: SpaceId,
  items: z.array(SearchHit),
  approximate: z.boolean().describe('false: every item that the filters let through was compared'),
  candidates: z.number().int().describe('Items that were compared or that the index proposed'),
  tookMs: z.number().describe('In the sandbox: decoding, encoding and comparing; without waiting'),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;

/** What a search server says of itself. */
export const SearchGauges = z.strictObject({
  searches: z.number().int(),
  refused: z.number().int().describe('Questions that were wrong, or too many at once'),
  p50Ms: z.number().nullable().describe('Over the last 1,000 searches; null before the first'),
  p95Ms: z.number().nullable(),
  recall10: z
    .number()
    .nullable()
    .describe(
      'Share of the ten nearest that the index finds, from questions asked again exactly; null before the first',
    ),
  recallChecks: z.number().int().describe('Questions that were asked again exactly'),
});
export type SearchGauges = z.infer<typeof SearchGauges>;

/** Why a question was refused: status as in HTTP. `field` is empty where no single field is at fault. */
export const SearchRefusal = z.strictObject({
  error: z.string(),
  field: z.string(),
  expected: z.string(),
  found: z.string(),
});
export type SearchRefusal = z.infer<typeof SearchRefusal>;

/** Paths of a search server on its socket. */
export const searchPaths = { search: '/search', gauges: '/gauges' } as const;
