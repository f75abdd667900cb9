import type { DatasetItem } from '@graft/protocol';
import { InputInvalid } from './failures.js';

/** Stands where an item has no label, or one that the vocabulary does not hold: the losses and scores leave it out. */
export const NO_LABEL = -1;

/** Target -> its class labels, most frequent first (ties by name): the order of a head's logits. */
export type LabelVocabulary = Readonly<Record<string, readonly string[]>>;

/** The labels that `items` carry for each target. Refuses a target that none of them has. */
export function labelVocabulary(items: readonly DatasetItem[], targets: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(targets.map((target) => [target, labelsOf(items, target)]));
}

function labelsOf(items: readonly DatasetItem[], target: string): string[] {
  const counts = new Map<string, number>();
  for (const item of items) {
    const label = item.attributes[target];
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  if (counts.size === 0) {
    const known = [...new Set(items.flatMap((item) => Object.keys(item.attributes)))].slice(0, 20).join(', ') || 'none';
    throw new InputInvalid(`Target "${target}": no training item has that attribute. Attributes found: ${known}.`);
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([label]) => label);
}

/** Each item's class index for a target, `NO_LABEL` where there is none. */
export function classIndices(items: readonly DatasetItem[], target: string, labels: readonly string[]): Int32Array {
  const indices = new Map(labels.map((label, index) => [label, index]));
  return Int32Array.from(items, (item) => indices.get(item.attributes[target] ?? '') ?? NO_LABEL);
}

/** Feeds `labels.<target>` int64 of a batch: the class index of each chosen item, `NO_LABEL` where it has none. */
export function labelFeeds(
  items: readonly DatasetItem[],
  vocabulary: LabelVocabulary,
): (chosen: Uint32Array) => Record<string, BigInt64Array> {
  const classes = Object.entries(vocabulary).map(
    ([target, labels]) => [`labels.${target}`, classIndices(items, target, labels)] as const,
  );
  return (chosen) =>
    Object.fromEntries(
      classes.map(([name, indices]) => [name, BigInt64Array.from(chosen, (item) => BigInt(indices[item]!))]),
    );
}
