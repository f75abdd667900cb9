/** What can be had without looking at the picture. */
export interface Baselines {
  /** Expected accuracy of guessing at random with the label frequencies. */
  readonly chance: number;
  /** Accuracy of always answering the most frequent label. */
  readonly majority: number;
}

/** Baselines of one target from the labels of the evaluated items; undefined stands for an item without a label. */
export function baselines(labels: readonly (string | undefined)[]): Baselines {
  const counts = new Map<string, number>();
  for (const label of labels) if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  const shares = [...counts.values()];
  const total = shares.reduce((sum, count) => sum + count, 0);
  return {
    chance: shares.reduce((sum, count) => sum + (count / total) ** 2, 0),
    majority: Math.max(...shares) / total,
  };
}
