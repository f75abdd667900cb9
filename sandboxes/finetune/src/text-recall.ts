import { float32, int64, type Model, openSession } from '@graft/engine';
import type { ImagePreprocessing, TextEncoding } from '@graft/protocol';
import { PictureBatches } from './picture-batches.js';
import type { PixelCache } from './pixel-cache.js';
import { feedsOfTexts } from './text-feeds.js';

/** Enough for a curve; the figures to publish are those of an evaluation against the whole gallery. */
const MAX_ITEMS = 1000;
const BATCH = 64;
const DEPTH = 10;

export interface RecallSubjects {
  readonly cache: PixelCache;
  readonly preprocessing: ImagePreprocessing;
  readonly encoding: TextEncoding;
  readonly threads: number;
}

/** Share of titles whose picture is among the 10 nearest of at most 1,000 validation pictures, as `val/text_to_image_r10`. */
export async function textRecall(
  subjects: RecallSubjects,
  vision: Model,
  text: Model,
): Promise<Record<string, number>> {
  const count = Math.min(MAX_ITEMS, subjects.cache.items.length);
  if (count === 0) return {};
  const pictures = await pictureVectors(subjects, vision, count);
  const texts = await titleVectors(subjects, text, count);
  const dim = pictures.length / count;
  const score = (title: number, picture: number): number => {
    let sum = 0;
    for (let at = 0; at < dim; at += 1)
      sum += (texts[title * dim + at] as number) * (pictures[picture * dim + at] as number);
    return sum;
  };
  let found = 0;
  for (let item = 0; item < count; item += 1) {
    const own = score(item, item);
    let better = 0;
    for (let other = 0; other < count && better < DEPTH; other += 1) if (score(item, other) > own) better += 1;
    if (better < DEPTH) found += 1;
  }
  return { 'val/text_to_image_r10': found / count };
}

async function pictureVectors(
  { cache, preprocessing, threads }: RecallSubjects,
  vision: Model,
  count: number,
): Promise<Float32Array> {
  const { width, height } = preprocessing;
  const batches = new PictureBatches(cache, { preprocessing, augment: false, seed: 0, capacity: BATCH });
  await using session = await openSession(vision, { threads });
  const parts: Float32Array[] = [];
  for (let first = 0; first < count; first += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - first) }, (_, offset) => first + offset);
    const pixels = float32([rows.length, 3, height, width], batches.fill(rows, 0));
    const { image_features: features } = await session.run({ pixel_values: pixels }, ['image_features']);
    parts.push(features.data as Float32Array);
  }
  return joined(parts);
}

async function titleVectors(
  { cache, encoding, threads }: RecallSubjects,
  text: Model,
  count: number,
): Promise<Float32Array> {
  await using session = await openSession(text, { threads });
  const { ids, weights } = feedsOfTexts(
    cache.items.slice(0, count).map(({ title }) => title),
    encoding,
  );
  const shape = [count, encoding.length];
  const { text_features: features } = await session.run(
    { token_ids: int64(shape, ids), token_weights: float32(shape, weights) },
    ['text_features'],
  );
  return features.data as Float32Array;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
