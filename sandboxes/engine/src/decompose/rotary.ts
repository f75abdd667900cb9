import type { Decomposition, Rewriting } from './rewriting.js';

export interface Rotation {
  readonly interleaved: boolean;
  /** How many leading features of a head turn. */
  readonly dim: number;
  /** Size of a head; the features after `dim` stay as they are. */
  readonly size: number | undefined;
}

/** cos and sin that broadcast over heads [batch, heads, length, size]: rows of the caches [rows, dim / 2] by position [batch, length]. */
export const turnsOf = (
  of: Rewriting,
  { cos, sin, positions }: { cos: string; sin: string; positions: string },
): { cos: string; sin: string } => ({
  cos: of.unsqueeze(of.op('Gather', [cos, positions], { axis: 0 }), 1),
  sin: of.unsqueeze(of.op('Gather', [sin, positions], { axis: 0 }), 1),
});

/** Turns pairs of features of x [batch, heads, length, size] (Su et al., 2021): halves of `dim`, or neighbours where interleaved. */
export function rotated(
  of: Rewriting,
  x: string,
  { cos, sin, interleaved, dim, size }: Rotation & { cos: string; sin: string },
): string {
  if (size !== undefined && dim < size) {
    const [turning, staying] = of.split(x, [dim, size - dim], -1);
    return of.concat([rotated(of, turning!, { cos, sin, interleaved, dim, size: dim }), staying!], -1);
  }
  const axis = -1;
  const pairs = interleaved ? of.reshape(x, 0, 0, 0, dim / 2, 2) : x;
  const [left, right] = interleaved
    ? of.split(pairs, [1, 1], axis).map((part) => of.reshape(part, 0, 0, 0, dim / 2))
    : of.split(pairs, [dim / 2, dim / 2], axis);
  const first = of.op('Sub', [of.mul(left!, cos), of.mul(right!, sin)]);
  const second = of.add(of.mul(left!, sin), of.mul(right!, cos));
  if (!interleaved) return of.concat([first, second], axis);
  return of.reshape(of.concat([of.unsqueeze(first, 4), of.unsqueeze(second, 4)], 4), 0, 0, 0, dim);
}

/** [batch, length, heads * size] to [batch, heads, length, size] and back; four axes stay as they are. */
function asHeads(
  of: Rewriting,
  x: string,
  heads: (hidden: number) => number,
): { heads: string; back: (y: string) => string } {
  if (of.rank(x) === 4) return { heads: x, back: (y) => y };
  const hidden = of.shape(x)?.at(-1);
  if (typeof hidden !== 'number') return of.refuse(`input "${x}"`, 'a last axis of known size', `${hidden}`);
  return {
    heads: of.transpose(of.reshape(x, 0, 0, heads(hidden), -1), 0, 2, 1, 3),
    back: (y) => of.reshape(of.transpose(y, 0, 2, 1, 3), 0, 0, -1),
  };
}

function knownSize(of: Rewriting, value: string, axis: number): number {
  const size = of.shape(value)?.at(axis);
  return typeof size === 'number' ? size : of.refuse(`input "${value}"`, `a known size on axis ${axis}`, `${size}`);
}

/** Positions: one offset for all rows [1], or [batch, length]. */
const contribRotaryEmbedding: Decomposition = (of) => {
  of.ignoreAttribute('scale', 'is_packed_batching');
  if (of.int('is_packed_batching', 0) !== 0) of.refuse('attribute "is_packed_batching"', '0', '1');
  const [x, positions, cos, sin] = [of.required(0), of.required(1), of.required(2), of.required(3)];
  const half = knownSize(of, cos, -1);
  const heads = of.int('num_heads', 0);
  const dim = of.int('rotary_embedding_dim', 0) || 2 * half;
  const partial = dim < 2 * half || heads > 0;
  const { heads: y, back } = asHeads(of, x, (hidden) => (heads > 0 ? heads : hidden / (2 * half)));
  const size = of.rank(x) === 4 ? knownSize(of, x, -1) : partial && heads > 0 ? knownSize(of, x, -1) / heads : 2 * half;
  const length = of.size(y, 2);
  const steps = of.op('Range', [of.integer(0), length, of.integer(1)]);
  const rows = of.rank(positions) === 1 ? of.unsqueeze(of.add(steps, positions), 0) : positions;
  const interleaved = of.int('interleaved', 0) === 1;
  return [back(rotated(of, y, { ...turnsOf(of, { cos, sin, positions: rows }), interleaved, dim, size }))];
};

/** Without positions the caches already hold one row for each place: [batch, length, dim / 2]. */
const standardRotaryEmbedding: Decomposition = (of) => {
  const [x, cos, sin] = [of.required(0), of.required(1), of.required(2)];
  const positions = of.input(3);
  const heads = of.int('num_heads', 0);
  const { heads: y, back } = asHeads(of, x, () => heads);
  const size = of.rank(x) === 4 ? knownSize(of, x, -1) : knownSize(of, x, -1) / heads;
  const dim = of.int('rotary_embedding_dim', 0) || size;
  const turns = positions
    ? turnsOf(of, { cos, sin, positions })
    : { cos: of.unsqueeze(cos, 1), sin: of.unsqueeze(sin, 1) };
  return [back(rotated(of, y, { ...turns, interleaved: of.int('interleaved', 0) === 1, dim, size }))];
};

export const contribRotary: Readonly<Record<string, Decomposition>> = { RotaryEmbedding: contribRotaryEmbedding };
export const standardRotary: Readonly<Record<string, Decomposition>> = { RotaryEmbedding: standardRotaryEmbedding };
