import { compose, float32, type Model, openSession } from '@graft/engine';
import { classIndices, type LabelVocabulary, NO_LABEL } from '@graft/runner';
import type { VectorTable } from './vector-table.js';

/** Share of right answers per target on the validation items, as metrics `val/accuracy/<target>`. */
export async function validationAccuracy(
  table: VectorTable,
  labels: LabelVocabulary,
  models: { projector: Model; head: Model },
): Promise<Record<string, number>> {
  const count = table.items.length;
  if (count === 0) return {};
  const model = compose(
    { model: models.projector, prefix: 'projector.' },
    { model: models.head, prefix: 'head.' },
    { image_features: 'image_features' },
  );
  await using session = await openSession(model, { threads: 1 });
  const vectors = table.all();
  const outputs = await session.run(
    { item_embeddings: float32([count, vectors.length / count], vectors) },
    Object.keys(labels).map((target) => `logits.${target}`),
  );
  const figures = Object.entries(labels).map(([target, classes]) => {
    const logits = outputs[`logits.${target}`]?.data as Float32Array;
    return [`val/accuracy/${target}`, share(logits, classIndices(table.items, target, classes))] as const;
  });
  return Object.fromEntries(figures.filter(([, value]) => !Number.isNaN(value)));
}

/** Share of the labelled rows whose largest logit is that of their label; NaN where no row is labelled. */
function share(logits: Float32Array, actual: Int32Array): number {
  const classes = logits.length / actual.length;
  let right = 0;
  let labelled = 0;
  for (let row = 0; row < actual.length; row += 1) {
    if (actual[row] === NO_LABEL) continue;
    labelled += 1;
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    if (scores.indexOf(Math.max(...scores)) === actual[row]) right += 1;
  }
  return right / labelled;
}
