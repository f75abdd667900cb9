import { expect, it } from 'vitest';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { gradientError } from '../testing/finite-differences.js';
import { float32, tensor } from '../tensors/tensor.js';

const mask = (g: GraphBuilder, x: Value): Value =>
  g.softmax(g.add(x, g.constant(float32([2, 3], [0, 0, -Infinity, -Infinity, -Infinity, -Infinity]))));
const rows = (g: GraphBuilder, ...flags: number[]): Value => g.constant(tensor('bool', [2, 1], Uint8Array.from(flags)));

it.each<[string, (g: GraphBuilder, x: Value) => Value]>([
  ['where a condition marks them', (g, x) => g.where(rows(g, 0, 1), 0, mask(g, x))],
  ['where a condition marks the others', (g, x) => g.where(rows(g, 1, 0), mask(g, x), 0)],
  [
    'where numbers that count are thrown away too, which still move the rest of their row',
    (g, x) => g.where(g.constant(tensor('bool', [2, 3], Uint8Array.of(1, 0, 0, 1, 1, 1))), 0, mask(g, x)),
  ],
])('rows masked altogether have no gradient %s', async (_, build) => {
  expect(await gradientError({ shapes: [[2, 3]], build })).toBeLessThan(2e-3);
});
