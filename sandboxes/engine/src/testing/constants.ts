import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { float32, int64 } from '../tensors/tensor.js';

export const indices = (g: GraphBuilder, values: readonly number[]): Value =>
  g.constant(int64([values.length], values));

export const vector = (g: GraphBuilder, values: readonly number[]): Value =>
  g.constant(float32([values.length], values));

export const matrix = (g: GraphBuilder, rows: readonly (readonly number[])[]): Value =>
  g.constant(float32([rows.length, rows[0]!.length], rows.flat()));
