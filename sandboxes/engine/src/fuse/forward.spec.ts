import { describe, expect, it } from 'vitest';
import { backward } from '../autodiff/backward.js';
import { sumAll } from '../autodiff/broadcast.js';
import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { scalarLoss } from '../losses/loss.js';
import { openSession } from '../runtime/session.js';
import { truncatedNormal } from '../tensors/random.js';
import { float32 } from '../tensors/tensor.js';
import { fuseForward } from './forward.js';
import { prune } from './prune.js';

type Network = (g: GraphBuilder, x: Value) => Value;

/** The loss and its gradient by x, with or without fusion, and which operators computed the forward pass. */
async function differentiated(network: Network, { shape, fuses }: { shape: readonly number[]; fuses: boolean }) {
  const graph = new GraphBuilder({ seed: 5 });
  const x = graph.parameter('x', shape, truncatedNormal(1));
  const { value, seeds } = scalarLoss(graph, sumAll(graph, graph.exp(network(graph, x))));
  if (fuses) fuseForward(graph);
  prune(graph, new Set([value.name]));
  const operators = graph.nodes.map(({ opType }) => opType);
  const gradient = backward(graph, seeds, [x]).get('x')!;
  await using session = await openSession(graph.toModel({ value, gradient }), { threads: 1 });
  const results = await session.run({}, ['value', 'gradient']);
  return { operators, numbers: Object.values(results).flatMap(({ data }) => Array.from(data, Number)) };
}

const table = (g: GraphBuilder, shape: readonly number[], of: (angle: number) => number): Value => {
  const row = (place: number) => [0, 1, 0, 1].map((pair) => of(place / 10 ** pair));
  return g.constant(float32(shape, [0, 1, 2].flatMap(row)));
};

/** As Hugging Face's decoders write it; `shape` is that of the tables of 3 places by 4 features. */
const rotation =
  (shape: readonly number[], halves: (g: GraphBuilder, x: Value) => readonly [Value, Value]): Network =>
  (g, x) => {
    const [left, right] = halves(g, x);
    const turned = g.concat([g.neg(right), left], -1);
    return g.add(g.mul(x, table(g, shape, Math.cos)), g.mul(turned, table(g, shape, Math.sin)));
  };
const split = (g: GraphBuilder, x: Value) => g.split(x, [2, 2], -1) as [Value, Value];
const slices = (g: GraphBuilder, x: Value) =>
  [g.slice(x, { axis: -1, from: 0, to: 2 }), g.slice(x, { axis: -1, from: 2, to: 4 })] as const;

const scale = (g: GraphBuilder): Value => g.parameter('scale', [4], truncatedNormal(1));
const meanSquare = (g: GraphBuilder, square: Value): Value => g.sqrt(g.add(g.reduceMean(square, [-1]), 1e-5));

const patterns: Record<string, { network: Network; shape: readonly number[]; operator: string }> = {
  'x * sigmoid(x)': { network: (g, x) => g.mul(x, g.sigmoid(x)), shape: [3, 4], operator: 'QuickGelu' },
  'sigmoid(1.702 x) * x': {
    network: (g, x) => g.mul(g.sigmoid(g.mul(x, 1.702)), x),
    shape: [3, 4],
    operator: 'QuickGelu',
  },
  'a division by the root mean square': {
    network: (g, x) => g.mul(g.div(x, meanSquare(g, g.pow(x, 2))), scale(g)),
    shape: [2, 3, 4],
    operator: 'SimplifiedLayerNormalization',
  },
  'a product with its reciprocal': {
    network: (g, x) => g.mul(scale(g), g.mul(x, g.reciprocal(meanSquare(g, g.mul(x, x))))),
    shape: [2, 3, 4],
    operator: 'SimplifiedLayerNormalization',
  },
  'rotary positions of heads first, by split': {
    network: rotation([1, 1, 3, 4], split),
    shape: [2, 2, 3, 4],
    operator: 'RotaryEmbedding',
  },
  'rotary positions of heads last, by slices': {
    network: rotation([3, 1, 4], slices),
    shape: [2, 3, 2, 4],
    operator: 'RotaryEmbedding',
  },
};

describe('fused chains', () => {
  it.each(Object.entries(patterns))('%s', async (_, { network, shape, operator }) => {
    const plain = await differentiated(network, { shape, fuses: false });
    const fused = await differentiated(network, { shape, fuses: true });
    expect(fused.operators).toContain(operator);
    expect(fused.operators.length).toBeLessThan(plain.operators.length);
    for (const [at, number] of fused.numbers.entries()) expect(number / plain.numbers[at]!).toBeCloseTo(1, 4);
  });

  it('leaves what only looks like one', async () => {
    const gate: Network = (g, x) => g.mul(x, g.sigmoid(g.mul(x, x)));
    const { operators } = await differentiated(gate, { shape: [3, 4], fuses: true });
    expect(operators).not.toContain('QuickGelu');
  });
});
