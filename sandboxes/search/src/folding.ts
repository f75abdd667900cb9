import type { Folding } from '@graft/protocol';
import type { Hit } from './ranking.js';

/**
 * Two items that are described alike count as one when their vectors are closer than this share of what lies between two items on average.
 * A share, since encoders differ: where all vectors lie in a narrow cone, a cosine of 0.98 is no sign of anything.
 */
export const NEAR_SHARE = 0.01;

export interface Group extends Hit {
  /** Rows folded into this one, in their order. */
  readonly duplicates: number[];
}

/** What folding needs to know of rows. */
export interface Rows {
  /** What two rows of the very same picture have in common. */
  keyOf(row: number): string;
  areNear(a: number, b: number): boolean;
}

/**
 * The first `wanted` groups of a ranking, best first. A row goes to the best group that it duplicates, else founds one; rows that would
 * found a group beyond `wanted` are left out, but later duplicates of the groups before are still found.
 */
export function fold(ranking: readonly Hit[], { how, wanted }: { how: Folding; wanted: number }, rows: Rows): Group[] {
  const groups: Group[] = [];
  const groupOfKey = new Map<string, Group>();
  for (const hit of ranking) {
    const key = rows.keyOf(hit.row);
    const group =
      (how === 'none' ? undefined : groupOfKey.get(key)) ??
      (how === 'near' ? groups.find(({ row }) => rows.areNear(row, hit.row)) : undefined);
    if (group !== undefined) group.duplicates.push(hit.row);
    else if (groups.length < wanted) {
      const founded = { ...hit, duplicates: [] };
      groups.push(founded);
      if (!groupOfKey.has(key)) groupOfKey.set(key, founded);
    }
  }
  return groups;
}
