import { bucketRanges, chooseVariation, hashUnit, type BucketRange } from './bucketing.js';

export interface WeightedVariant {
  readonly name: string;
  /** Share of the units, 0 to 1. The weights of an endpoint add up to 1. */
  readonly weight: number;
}

const HASH_VERSION = 2;

/**
 * The variant of a unit: the same one every time, until the weights move past its hash. The salt is the endpoint's id, so that being
 * treated at one endpoint says nothing about another.
 */
export function assignVariant<V extends WeightedVariant>(endpointId: string, unit: string, variants: readonly V[]): V {
  const ranges = rangesOf(variants);
  const index = chooseVariation(hashUnit(endpointId, unit, HASH_VERSION) ?? 0, ranges);
  // Sums such as 0.1 + 0.2 + 0.7 end a hair below 1: the last variant with traffic takes what lies above.
  const chosen = variants[index] ?? variants.findLast((variant) => variant.weight > 0);
  if (!chosen) throw new Error(`Endpoint ${endpointId} has no variant with traffic`);
  return chosen;
}

function rangesOf(variants: readonly WeightedVariant[]): BucketRange[] {
  return bucketRanges(
    variants.length,
    1,
    variants.map((variant) => variant.weight),
  );
}
