import { seededRandom } from '../tensors/random.js';
import { elementCount, float32, type Tensor } from '../tensors/tensor.js';
import type { Model } from '../model/model.js';
import type { WeightUses } from './weight-uses.js';

/**
 * Which two small tensors stand for the change of a weight. `a` is on the side of the product's input, `b` on that of its output.
 * Matrix [in, out] (MatMul): a [in, rank], b [rank, out]. Matrix [out, in] (Gemm with transB, or behind a Transpose):
 * a [rank, in], b [out, rank]. Convolution [out, in, ...kernel]: a [rank, in, ...kernel], b [out, rank, 1, ...].
 */
export interface LoraSite {
  readonly weight: string;
  readonly kind: 'matrix' | 'convolution';
  readonly shape: readonly number[];
  /** Whether the input's axis is the matrix' second. */
  readonly inputLast: boolean;
  readonly uses: WeightUses;
}

export const factorName = (weight: string, factor: 'a' | 'b'): string => `${weight}.lora_${factor}`;

/** Whether a weight's name (with or without its model's) is that of an adapter's factor: what a trainer trains of an adapted model. */
export const isLoraWeight = (name: string): boolean => /\.lora_[ab]$/.test(name);

/** Undefined where the weight's product has no low-rank form: another rank of tensor, another type. */
export function loraSite(model: Model, weight: string, uses: WeightUses): LoraSite | undefined {
  const { type, shape } = model.initializers.get(weight)!;
  const first = uses.products[0]!;
  const kind = first.node.opType === 'Conv' ? 'convolution' : 'matrix';
  if (type !== 'float32' || (kind === 'matrix' ? shape.length !== 2 : shape.length < 3)) return undefined;
  return { weight, kind, shape, inputLast: first.transposed, uses };
}

export function factorShapes({ kind, shape, inputLast }: LoraSite, rank: number): { a: number[]; b: number[] } {
  const [first, second, ...kernel] = shape as [number, number, ...number[]];
  if (kind === 'convolution') return { a: [rank, second, ...kernel], b: [first, rank, ...kernel.map(() => 1)] };
  return inputLast ? { a: [rank, second], b: [first, rank] } : { a: [first, rank], b: [rank, second] };
}

/** As in the reference implementation: `a` uniform within 1 / sqrt(inputs), `b` zero, so that training begins at the base's answers. */
export function startingFactors(site: LoraSite, rank: number, seed: string | number): { a: Tensor; b: Tensor } {
  const shapes = factorShapes(site, rank);
  const bound = 1 / Math.sqrt(elementCount(shapes.a) / rank);
  const random = seededRandom(`${seed}/${site.weight}`);
  const a = Float32Array.from({ length: elementCount(shapes.a) }, () => (2 * random() - 1) * bound);
  return { a: float32(shapes.a, a), b: float32(shapes.b, new Float32Array(elementCount(shapes.b))) };
}

/** weight + scale * (the product of its factors), added up in double precision. */
export function mergedWeight(site: LoraSite, base: Tensor, factors: { a: Tensor; b: Tensor; scale: number }): Tensor {
  const swapped = site.kind === 'convolution' || site.inputLast;
  const [left, right] = swapped ? [factors.b, factors.a] : [factors.a, factors.b];
  const rows = site.shape[0]!;
  const columns = elementCount(site.shape) / rows;
  const rank = elementCount(right.shape) / columns;
  const [l, r] = [left.data as Float32Array, right.data as Float32Array];
  const merged = Float64Array.from(base.data as Float32Array);
  for (let row = 0; row < rows; row += 1) {
    for (let inner = 0; inner < rank; inner += 1) {
      const factor = factors.scale * l[row * rank + inner]!;
      for (let column = 0; column < columns; column += 1)
        merged[row * columns + column]! += factor * r[inner * columns + column]!;
    }
  }
  return float32(base.shape, Float32Array.from(merged));
}
