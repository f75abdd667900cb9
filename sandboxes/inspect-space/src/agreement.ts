import type { DatasetItem } from '@graft/protocol';
import type { Random } from '@graft/runner';
import { meanWithInterval, type Estimate } from './estimate.js';
import type { Gallery } from './gallery.js';
import type { Nearest } from './nearest.js';

export interface Agreement {
  readonly attribute: string;
  readonly k: number;
  readonly neighbours: Estimate;
  readonly chance: number;
}

/**
 * How often an item's neighbours carry its value of each attribute. Chance is what neighbours drawn from the whole gallery would
 * score: the mean, over the queries, of the share of items with the query's value.
 */
export function agreementOf(
  gallery: Gallery,
  queries: readonly number[],
  found: Nearest,
  options: { items: ReadonlyMap<string, DatasetItem>; attributes: readonly string[]; k: number; random: Random },
): Agreement[] {
  const { items, k, random } = options;
  return options.attributes.flatMap((attribute) => {
    const values = gallery.ids.map((id) => items.get(id)?.attributes[attribute]);
    const counts = new Map<string, number>();
    for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    const known = [...queries.keys()].filter((query) => values[queries[query]!] !== undefined);
    if (known.length === 0) return [];
    const shares = known.map((query) => {
      const row = found.rows[query]!.subarray(0, k);
      return (
        row.reduce((same, at) => same + Number(values[at] === values[queries[query]!]), 0) / Math.max(1, row.length)
      );
    });
    const chance =
      known.reduce((sum, query) => sum + counts.get(values[queries[query]!]!)! / gallery.ids.length, 0) / known.length;
    return [{ attribute, k, neighbours: meanWithInterval(shares, random), chance }];
  });
}
