import type { Dimension, Shape } from '../proto/messages.js';

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dim, axis) => dim === b[axis]);

/** Shape of an elementwise result (ONNX multidirectional broadcasting); throws where sizes do not meet. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left: Dimension = a[axis - rank + a.length] ?? 1;
    const right: Dimension = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      throw new Error(
        `Shapes [${a.join(', ')}] and [${b.join(', ')}]: expected sizes that broadcast, found ${left} and ${right}.`,
      );
    return left === 1 ? right : left;
  });
}

/** An axis counted from the front; throws where the value has no such axis. */
export function positiveAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank) throw new Error(`Axis ${axis}: expected one of a value of rank ${rank}.`);
  return positive;
}

export function matMulShape(a: Shape, b: Shape): Shape {
  const [rows, inner] = [a.at(-2), a.at(-1)];
  const [innerB, columns] = [b.at(-2), b.at(-1)];
  if (rows === undefined || columns === undefined || inner !== innerB) {
    throw new Error(`MatMul: expected [..., m, k] and [..., k, n], found [${a.join(', ')}] and [${b.join(', ')}].`);
  }
  return [...broadcastShape(a.slice(0, -2), b.slice(0, -2)), rows, columns];
}

export function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  const gone = new Set(axes.map((axis) => positiveAxis(axis, shape.length)));
  return keep ? shape.map((dim, axis) => (gone.has(axis) ? 1 : dim)) : shape.filter((_, axis) => !gone.has(axis));
}

export function transposedShape(shape: Shape, permutation: readonly number[]): Shape {
  if (permutation.length !== shape.length || new Set(permutation).size !== shape.length) {
    throw new Error(`Transpose: expected a permutation of ${shape.length} axes, found [${permutation.join(', ')}].`);
  }
  return permutation.map((axis) => shape[axis]!);
}

export function concatenatedShape(shapes: readonly Shape[], axis: number): Shape {
  const first = shapes[0]!;
  const at = positiveAxis(axis, first.length);
  let total = 0;
  for (const shape of shapes) {
    const size = shape[at];
    const fits = shape.length === first.length && shape.every((dim, other) => other === at || dim === first[other]);
    if (!fits || typeof size !== 'number')
      throw new Error(
        `Concat on axis ${axis}: expected shapes equal elsewhere, found ${shapes.map((item) => `[${item.join(', ')}]`).join(' ')}.`,
      );
    total += size;
  }
  return first.map((dim, other) => (other === at ? total : dim));
}

/** Splits a window length out of a padded input, as Conv does: floor((size + pads - dilated kernel) / stride) + 1. */
export const convolvedSize = (
  size: number,
  window: { kernel: number; stride: number; dilation: number; pads: number },
): number => Math.floor((size + window.pads - ((window.kernel - 1) * window.dilation + 1)) / window.stride) + 1;

/** The sizes as a Reshape node wants them: one named size becomes -1; throws where two are named or the totals differ. */
export function reshapeTarget(from: Shape, to: Shape): number[] {
  const named = (shape: Shape) => shape.filter((dim) => typeof dim === 'string');
  const total = (shape: Shape) =>
    shape.reduce<number>((product, dim) => (typeof dim === 'number' ? product * dim : product), 1);
  if (named(to).length > 1 || named(from).join() !== named(to).join() || total(from) !== total(to)) {
    throw new Error(
      `Reshape: expected as many values on both sides and at most one named size, found [${from.join(', ')}] to [${to.join(', ')}].`,
    );
  }
  return to.map((dim) => (typeof dim === 'number' ? dim : -1));
}
