import { expect, it } from 'vitest';
import { publishedZeroShot, retrievalFigures, type Retrieval } from './figures.js';

const interval = (value: number, n = 4370) => ({ value, low: value / 2, high: value * 2, n });
const values = (attribute: string) => ({
  attribute,
  judged: interval(0.7, 26),
  allJudged: interval(0.5, 41),
  ceiling: 0.75,
  gallery: interval(0.8, 41),
  random: 0.04,
});

const report: Retrieval = {
  spaceId: 'sp_0',
  dim: 256,
  galleryCount: 39779,
  judgedCount: 4370,
  textToImage: { r1: interval(0.2), r10: interval(0.5), mrr: interval(0.3), random: { r1: 0.00003, r10: 0.0003 } },
  valuesToImages: ['baseColour', 'subCategory', 'articleType', 'usage'].map(values),
  imageToImage: {
    attributes: ['articleType', 'baseColour'],
    precision: ['encoder', 'pixels', 'histogram', 'random'].map((by) => ({ by, p10: interval(0.4) })),
  },
  prefixes: [{ dim: 64, r1: 0.18, r10: 0.45, mrr: 0.28 }],
};

it('names every figure that others compare with, and no figure twice', () => {
  const names = retrievalFigures(report).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...Object.keys(publishedZeroShot), 'image_to_image_p10']));
  expect(names).toEqual(
    expect.arrayContaining(['image_to_image_p10_pixels', 'image_to_image_p10_histogram', 'colour_p10_gallery']),
  );
  expect(new Set(names).size).toBe(names.length);
});

it('keeps the interval and what it counts', () => {
  const [first] = retrievalFigures(report);
  expect(first).toEqual({ name: 'text_to_image_r1', unit: 'share', value: 0.2, low: 0.1, high: 0.4, n: 4370 });
});
