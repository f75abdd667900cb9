import { normalise } from './vectors.js';

/** What is asked, as vectors of length 1 in the snapshot's space. At least one of the two is there. */
export interface Evidence {
  /** Of the picture, its crop, or the item. */
  readonly seen?: Float32Array | undefined;
  /** Of the text. */
  readonly said?: Float32Array | undefined;
}

export interface Weights {
  readonly seen: number;
  readonly said: number;
}

/**
 * One vector of length 1 for the whole question. A picture or a text alone is itself. Together ("like this, but blue"):
 *
 *   normalise(seen_weight * seen + said_weight * normalise(said - neutral))
 *
 * Texts lie in a cone of their own, away from pictures. `neutral`, the mean text of the catalogue, is its middle: what is left of a text
 * after taking it away is what the text says beyond "a product", and that is the direction in which the picture is moved.
 */
export function combine({ seen, said }: Evidence, weights: Weights, neutral: Float32Array): Float32Array {
  if (seen === undefined) return said!;
  if (said === undefined) return seen;
  const direction = normalise(said.map((value, index) => value - neutral[index]!));
  return normalise(seen.map((value, index) => weights.seen * value + weights.said * direction[index]!));
}
