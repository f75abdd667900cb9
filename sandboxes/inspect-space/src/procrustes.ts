import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { type Gallery, normalise } from './gallery.js';

/**
 * The orthogonal map [d, d], row-major, that brings the rows of `from` nearest to the same rows of `to` in the least-squares sense
 * (orthogonal Procrustes; Schönemann, 1966): with fromᵀ·to = U·S·Vᵀ it is U·Vᵀ.
 */
export function orthogonalMap(from: Gallery, to: Gallery): Float64Array {
  const { dim } = from;
  const product = Matrix.zeros(dim, dim);
  for (let row = 0; row < from.ids.length; row += 1) {
    for (let i = 0; i < dim; i += 1) {
      const value = from.vectors[row * dim + i]!;
      for (let j = 0; j < dim; j += 1) product.set(i, j, product.get(i, j) + value * to.vectors[row * dim + j]!);
    }
  }
  const { leftSingularVectors, rightSingularVectors } = new SingularValueDecomposition(product, {
    autoTranspose: true,
  });
  return Float64Array.from(leftSingularVectors.mmul(rightSingularVectors.transpose()).to1DArray());
}

/** Every row times the map. */
export function turned({ ids, dim, vectors }: Gallery, map: Float64Array): Gallery {
  const result = new Float32Array(vectors.length);
  for (let row = 0; row < ids.length; row += 1) {
    for (let j = 0; j < dim; j += 1) {
      let sum = 0;
      for (let i = 0; i < dim; i += 1) sum += vectors[row * dim + i]! * map[i * dim + j]!;
      result[row * dim + j] = sum;
    }
    normalise(result.subarray(row * dim, (row + 1) * dim));
  }
  return { ids, dim, vectors: result };
}
