import type { Schemas } from '../api.js';
import { exact, type Figure } from '../main-job/figures.js';

export type Retrieval = NonNullable<Schemas['EvaluationReport']['retrieval']>;

/** How attributes are called in figures, where it is not their own name. */
const figureNames: Record<string, string> = { baseColour: 'colour' };
const nameOf = (attribute: string): string => figureNames[attribute] ?? attribute.toLowerCase();

/**
 * The best published zero-shot figure of each column: ViT-B class models at full picture size on the same catalogue (a leaderboard
 * of August 2024). They never saw these products; ours is trained on others of them.
 */
export const publishedZeroShot: Record<string, number> = {
  text_to_image_r1: 0.179,
  text_to_image_r10: 0.489,
  text_to_image_mrr: 0.293,
  colour_p10: 0.502,
  subcategory_p10: 0.687,
  articletype_p10: 0.629,
  usage_p10: 0.4,
};

type Interval = Retrieval['textToImage']['r1'];

const share = (name: string, { value, low, high, n }: Interval): Figure => ({
  name,
  unit: 'share',
  value,
  n,
  low,
  high,
});

/** Figures of one retrieval report, the names that others compare with first, what stands beside them after. */
export function retrievalFigures(report: Retrieval): Figure[] {
  const { textToImage, valuesToImages, imageToImage, prefixes, judgedCount } = report;
  const [own, ...baselines] = imageToImage.precision;
  return [
    share('text_to_image_r1', textToImage.r1),
    share('text_to_image_r10', textToImage.r10),
    share('text_to_image_mrr', textToImage.mrr),
    ...valuesToImages.map(({ attribute, judged }) => share(`${nameOf(attribute)}_p10`, judged)),
    ...(own ? [share('image_to_image_p10', own.p10)] : []),
    ...baselines.map(({ by, p10 }) => share(`image_to_image_p10_${by}`, p10)),
    exact('text_to_image_r1_random', 'share', textToImage.random.r1, judgedCount),
    exact('text_to_image_r10_random', 'share', textToImage.random.r10, judgedCount),
    ...valuesToImages.flatMap(({ attribute, judged, allJudged, ceiling, gallery, random }) => {
      const name = `${nameOf(attribute)}_p10`;
      return [
        exact(`${name}_random`, 'share', random, judged.n),
        share(`${name}_all_values`, allJudged),
        exact(`${name}_all_values_ceiling`, 'share', ceiling, allJudged.n),
        share(`${name}_gallery`, gallery),
      ];
    }),
    ...prefixes.flatMap(({ dim, r1, r10, mrr }) => [
      exact(`text_to_image_r1_first_${dim}`, 'share', r1, judgedCount),
      exact(`text_to_image_r10_first_${dim}`, 'share', r10, judgedCount),
      exact(`text_to_image_mrr_first_${dim}`, 'share', mrr, judgedCount),
    ]),
  ];
}
