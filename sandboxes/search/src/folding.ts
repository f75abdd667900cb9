import type { Folding } from '@graft/protocol';
import type { Hit } from './ranking.js';

/**
 * Rows whose vectors are at least this close count as pictures of one and the same thing: another size, another crop, a shot taken
 * again. Measured on what the encoder makes of it, so an encoder that tells less apart folds more.
 */
export const NEAR_DUPLICATE_COSINE = 0.985;

export interface Group extends Hit {
  /** Rows folded into this one, in their order. */
  readonly duplicates: number[];
}

/** What folding needs to know of rows. */
export interface Rows {
  /** What two rows of the very same picture have in common. */
  keyOf(row: number): string;
  cosine(a: number, b: number): number;
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
      (how === 'near' ? groups.find(({ row }) => rows.cosine(row, hit.row) >= NEAR_DUPLICATE_COSINE) : undefined);
    if (group !== undefined) group.duplicates.push(hit.row);
    else if (groups.length < wanted) {
      const founded = { ...hit, duplicates: [] };
      groups.push(founded);
      if (!groupOfKey.has(key)) groupOfKey.set(key, founded);
    }
  }
  return groups;
}
