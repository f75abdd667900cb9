import { z } from 'zod';
import { Name } from '../ids.js';
import { Interval } from './interval.js';

/** Recall at 1 and 10, and the mean reciprocal rank, of the first right answer. */
const Ranks = z.strictObject({ r1: Interval, r10: Interval, mrr: Interval });

/**
 * What a dual encoder finds. Judged are the items of the evaluated split; the gallery is every item of the snapshot. Scores are
 * cosines; an item that ties with the first right answer is counted before it.
 *
 * - `textToImage`: each judged item's title is a query; right is every picture of an item with the same title, case ignored.
 *   Intervals resample titles, since items of one title ask one question.
 * - `valuesToImages`: each value of an attribute is a query; right is a picture with that value; the figure is the share of right
 *   ones among the first 10, averaged over values. `judged` looks among the judged items only, at values that at least 10 of them
 *   have; `allJudged` at every value that one of them has, where `ceiling` is what a perfect answer would get; `gallery` looks
 *   among all items, most of which the encoder may have been trained on. `random` is what chance gives in `judged`.
 * - `imageToImage`: each judged picture is a query against the gallery without the item itself and without copies of its very
 *   bytes; right is a picture that shares all `attributes`. Beside the encoder stand baselines that learn nothing.
 * - `prefixes`: the same with the first numbers of each vector, brought back to unit length.
 */
export const RetrievalReport = z.strictObject({
  spaceId: z.string(),
  dim: z.number().int(),
  galleryCount: z.number().int(),
  judgedCount: z.number().int(),
  textToImage: Ranks.extend({ random: z.strictObject({ r1: z.number(), r10: z.number() }) }),
  valuesToImages: z.array(
    z.strictObject({
      attribute: z.string(),
      judged: Interval,
      allJudged: Interval,
      ceiling: z.number(),
      gallery: Interval,
      random: z.number(),
    }),
  ),
  imageToImage: z.strictObject({
    attributes: z.array(z.string()),
    precision: z.array(z.strictObject({ by: Name, p10: Interval })),
  }),
  prefixes: z.array(z.strictObject({ dim: z.number().int(), r1: z.number(), r10: z.number(), mrr: z.number() })),
});
export type RetrievalReport = z.infer<typeof RetrievalReport>;
