/** How strongly two different items belong together, against 1 for two pictures of one item or a drawn pair. */
const ATTRIBUTE_WEIGHT = 0.5;
const NEIGHBOUR_WEIGHT = 0.5;

export interface Affinity {
  /** Class indices of every training item, one array per attribute; negative where unknown. */
  readonly attributes: readonly Int32Array[];
  readonly areNeighbours: (a: number, b: number) => boolean;
}

export interface ContrastiveTargets {
  /** f32 [rows, columns], rows sum to 1. */
  readonly rows: Float32Array;
  /** f32 [rows, columns], columns sum to 1. */
  readonly columns: Float32Array;
}

/** Soft positives between the items `anchors` (rows) and `partners` (columns); row i and column i were drawn as a pair. */
export function contrastiveTargets(
  anchors: ArrayLike<number>,
  partners: ArrayLike<number>,
  affinity: Affinity,
): ContrastiveTargets {
  const count = anchors.length;
  const weights = new Float32Array(count * count);
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      const a = anchors[row] as number;
      const b = partners[column] as number;
      weights[row * count + column] = row === column || a === b ? 1 : affinityOf(a, b, affinity);
    }
  }
  return normalised(weights, count);
}

/** The square makes one shared attribute of two count a quarter, not half: alike in everything is what should be near. */
function affinityOf(a: number, b: number, { attributes, areNeighbours }: Affinity): number {
  const shared = attributes.filter((classes) => (classes[a] as number) >= 0 && classes[a] === classes[b]).length;
  const agreement = attributes.length === 0 ? 0 : (shared / attributes.length) ** 2;
  return ATTRIBUTE_WEIGHT * agreement + (areNeighbours(a, b) ? NEIGHBOUR_WEIGHT : 0);
}

/** Divides weights [count, count] by their row sums and by their column sums; the diagonal keeps every sum above 0. */
export function normalised(weights: Float32Array, count: number): ContrastiveTargets {
  const rowSums = new Float64Array(count);
  const columnSums = new Float64Array(count);
  for (let at = 0; at < weights.length; at += 1) {
    const row = Math.floor(at / count);
    rowSums[row] = (rowSums[row] as number) + (weights[at] as number);
    columnSums[at % count] = (columnSums[at % count] as number) + (weights[at] as number);
  }
  return {
    rows: weights.map((weight, at) => weight / (rowSums[Math.floor(at / count)] as number)),
    columns: weights.map((weight, at) => weight / (columnSums[at % count] as number)),
  };
}
