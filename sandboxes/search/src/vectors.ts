/** The vector at length 1, in place; a vector of zeros stays what it is. */
export function normalise(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, 0, vector));
  if (length > 0) for (let index = 0; index < vector.length; index += 1) vector[index] = vector[index]! / length;
  return vector;
}

/** Product of `vector` with the row of `matrix` that starts at `offset`. Four sums at once: additions need not wait for each other. */
export function dot(matrix: Float32Array, offset: number, vector: Float32Array): number {
  const { length } = vector;
  const whole = length - (length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let index = 0; index < whole; index += 4) {
    a += matrix[offset + index]! * vector[index]!;
    b += matrix[offset + index + 1]! * vector[index + 1]!;
    c += matrix[offset + index + 2]! * vector[index + 2]!;
    d += matrix[offset + index + 3]! * vector[index + 3]!;
  }
  for (let index = whole; index < length; index += 1) a += matrix[offset + index]! * vector[index]!;
  return a + b + c + d;
}
