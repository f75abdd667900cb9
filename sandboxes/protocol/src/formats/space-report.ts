import { z } from 'zod';
import { Space } from './space.js';

/** A mean with its spread over items or queries: `low` and `high` are the 2.5 and 97.5 percentiles of its bootstrap. */
const Estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number(), n: z.number().int() });

/** Lengths of vectors before they are normalised. */
const Norms = z.strictObject({ mean: z.number(), deviation: z.number(), min: z.number(), max: z.number() });

const Neighbour = z.strictObject({ itemId: z.string(), score: z.number().describe('Cosine') });

const Overlap = z.strictObject({
  k: z.number().int(),
  overlap: Estimate.describe('Share of the k nearest neighbours that both have, 0..1'),
});

/** How another snapshot stands to the inspected one, over the items that both hold. */
const Comparison = z.strictObject({
  space: Space,
  sharedItems: z.number().int(),
  norms: Norms,
  /** Distance of the two centroids of unit vectors; null where the dimensions differ. */
  centroidShift: z.number().nullable(),
  /** Neighbours of the same item, each looked up in its own space: what a user of search would see change. */
  neighbourOverlap: z.array(Overlap),
  /**
   * Queries of the inspected space asked in the other one, judged by what the other one answers itself: as they are, and turned by the
   * orthogonal map that a half of the shared items was fitted on (Schönemann, 1966) and the other half is judged by. Null where dimensions differ.
   */
  crossQueries: z
    .strictObject({
      fittedOn: z.number().int(),
      unmapped: z.array(Overlap),
      mapped: z.array(Overlap),
      meanCosine: Estimate.describe('Between the mapped vector of an item and its vector in the other space'),
    })
    .nullable(),
});

/** `space.json` of an `inspect-space` run: what a snapshot looks like, and how far another one is from it. */
export const SpaceReport = z.strictObject({
  format: z.literal('graft-space-report'),
  formatVersion: z.literal(1),
  space: Space,
  itemCount: z.number().int(),
  norms: Norms,
  /** Length of the mean unit vector: 0 for directions spread evenly, 1 for a space collapsed to a point. */
  centroidLength: z.number(),
  /** Share of an item's nearest neighbours that carry its value, with what chance would give. */
  agreement: z.array(
    z.strictObject({ attribute: z.string(), k: z.number().int(), neighbours: Estimate, chance: z.number() }),
  ),
  /** A sample of items in two dimensions (UMAP; McInnes et al., 2018), both coordinates in 0..1. */
  map: z.array(
    z.strictObject({
      itemId: z.string(),
      x: z.number(),
      y: z.number(),
      attributes: z.record(z.string(), z.string()).describe('Of the item: what the map is coloured by'),
    }),
  ),
  /** Nearest neighbours of sampled items, the item itself left out; `against` are those in the other snapshot. */
  grids: z.array(
    z.strictObject({
      itemId: z.string(),
      neighbours: z.array(Neighbour),
      against: z.array(Neighbour).nullable(),
    }),
  ),
  against: Comparison.nullable(),
});
export type SpaceReport = z.infer<typeof SpaceReport>;
