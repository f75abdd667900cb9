import { compose, float32, type Model, openSession } from '@graft/engine';
import type { ImagePreprocessing } from '@graft/protocol';
import { classIndices, type LabelVocabulary, NO_LABEL } from '@graft/runner';
import { PictureBatches } from './picture-batches.js';
import type { PixelCache } from './pixel-cache.js';

const BATCH = 64;

export interface Validation {
  readonly cache: PixelCache;
  readonly preprocessing: ImagePreprocessing;
  readonly labels: LabelVocabulary;
  readonly threads: number;
}

/** Share of right answers per target on the validation items, as metrics `val/accuracy/<target>`. */
export async function validationAccuracy(
  { cache, preprocessing, labels, threads }: Validation,
  encoder: Model,
  head: Model,
): Promise<Record<string, number>> {
  const count = cache.items.length;
  const targets = Object.entries(labels).map(([target, classes]) => ({
    target,
    actual: classIndices(cache.items, target, classes),
    right: 0,
    labelled: 0,
  }));
  if (count === 0 || targets.length === 0) return {};
  const batches = new PictureBatches(cache, { preprocessing, augment: false, seed: 0, capacity: BATCH });
  const model = compose(
    { model: encoder, prefix: 'encoder.' },
    { model: head, prefix: 'head.' },
    { image_features: 'image_features' },
  );
  await using session = await openSession(model, { threads });
  for (let first = 0; first < count; first += BATCH) {
    const indices = Array.from({ length: Math.min(BATCH, count - first) }, (_, offset) => first + offset);
    const pixels = float32([indices.length, 3, preprocessing.height, preprocessing.width], batches.fill(indices, 0));
    const outputs = await session.run(
      { pixel_values: pixels },
      targets.map(({ target }) => `logits.${target}`),
    );
    for (const score of targets) {
      const logits = outputs[`logits.${score.target}`]?.data as Float32Array;
      const classes = logits.length / indices.length;
      for (const [row, index] of indices.entries()) {
        const actual = score.actual[index] as number;
        if (actual === NO_LABEL) continue;
        score.labelled += 1;
        if (largest(logits.subarray(row * classes, (row + 1) * classes)) === actual) score.right += 1;
      }
    }
  }
  return Object.fromEntries(
    targets
      .filter(({ labelled }) => labelled > 0)
      .map(({ target, right, labelled }) => [`val/accuracy/${target}`, right / labelled]),
  );
}

function largest(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1)
    if ((values[index] as number) > (values[best] as number)) best = index;
  return best;
}
