import type { DatasetItem } from '@graft/protocol';
import { classIndices, labelVocabulary, NO_LABEL } from '@graft/runner';

type Metric = 'cosine' | 'euclidean';

interface TargetMeans {
  readonly target: string;
  readonly labels: readonly string[];
  /** Row-major [labels, width]. */
  readonly means: Float32Array;
  readonly metric: Metric;
}

/**
 * Answers with the label whose mean training feature is nearest: a stock encoder "as it is", without a gradient step. Features
 * are centred on the training mean, and each target takes the distance that is better on the training items: its best case.
 */
export class ClassMeans {
  private constructor(
    private readonly centre: Float32Array,
    private readonly targets: readonly TargetMeans[],
  ) {}

  /** `features` row-major [items, width] of the training items. */
  static fit(items: readonly DatasetItem[], features: Float32Array, targetNames: readonly string[]): ClassMeans {
    const width = features.length / items.length;
    const centre = meanOf(features, width);
    const centred = subtract(features, centre);
    const targets = Object.entries(labelVocabulary(items, targetNames)).map(([target, labels]) => {
      const classes = classIndices(items, target, labels);
      const means = classMeans(centred, classes, { width, count: labels.length });
      return { target, labels, means, metric: betterMetric(centred, classes, { means, width }) };
    });
    return new ClassMeans(centre, targets);
  }

  /** Labels by target for features [count, width]. */
  predict(features: Float32Array): Map<string, string[]> {
    const width = this.centre.length;
    const centred = subtract(features, this.centre);
    return new Map(
      this.targets.map(({ target, labels, means, metric }) => {
        const count = centred.length / width;
        return [
          target,
          Array.from(
            { length: count },
            (_, row) => labels[nearest(centred.subarray(row * width, (row + 1) * width), means, metric)] as string,
          ),
        ];
      }),
    );
  }
}

function meanOf(features: Float32Array, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (let at = 0; at < features.length; at += 1)
    sums[at % width] = (sums[at % width] as number) + (features[at] as number);
  return Float32Array.from(sums, (sum) => (sum * width) / features.length);
}

function subtract(features: Float32Array, centre: Float32Array): Float32Array {
  return features.map((value, at) => value - (centre[at % centre.length] as number));
}

function classMeans(features: Float32Array, classes: Int32Array, size: { width: number; count: number }): Float32Array {
  const { width, count } = size;
  const means = new Float32Array(count * width);
  const members = new Uint32Array(count);
  for (const [row, label] of classes.entries()) {
    if (label === NO_LABEL) continue;
    members[label] = (members[label] as number) + 1;
    for (let at = 0; at < width; at += 1)
      means[label * width + at] = (means[label * width + at] as number) + (features[row * width + at] as number);
  }
  return means.map((sum, at) => sum / (members[Math.floor(at / width)] as number));
}

function betterMetric(
  features: Float32Array,
  classes: Int32Array,
  { means, width }: { means: Float32Array; width: number },
): Metric {
  const right = (metric: Metric): number =>
    classes.reduce(
      (sum, label, row) =>
        label !== NO_LABEL && nearest(features.subarray(row * width, (row + 1) * width), means, metric) === label
          ? sum + 1
          : sum,
      0,
    );
  return right('cosine') >= right('euclidean') ? 'cosine' : 'euclidean';
}

/** Index of the mean nearest to `feature`. */
function nearest(feature: Float32Array, means: Float32Array, metric: Metric): number {
  const width = feature.length;
  let best = 0;
  let bestScore = -Infinity;
  for (let label = 0; label * width < means.length; label += 1) {
    let dot = 0;
    let square = 0;
    for (let at = 0; at < width; at += 1) {
      const value = means[label * width + at] as number;
      dot += value * (feature[at] as number);
      square += value * value;
    }
    // Both leave out what depends on the feature alone: it is the same for every label.
    const score = metric === 'cosine' ? dot / Math.sqrt(square || 1) : 2 * dot - square;
    if (score > bestScore) {
      best = label;
      bestScore = score;
    }
  }
  return best;
}
