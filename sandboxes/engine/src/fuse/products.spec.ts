import { describe, expect, it } from 'vitest';
import { backward } from '../autodiff/backward.js';
import { GraphBuilder } from '../graph/builder.js';
import { sumAll } from '../autodiff/broadcast.js';
import { scalarLoss } from '../losses/loss.js';
import { intsAttribute } from '../proto/messages.js';
import { openSession } from '../runtime/session.js';
import { truncatedNormal } from '../tensors/random.js';
import { fuseProducts } from './products.js';
import { prune } from './prune.js';

/** Attention of 2 x 5 tokens, 3 heads of 4, as onnxruntime writes it after it joined the transpositions of the keys. */
function differentiatedAttention(): { graph: GraphBuilder; results: string[] } {
  const graph = new GraphBuilder({ seed: 3 });
  const [query, key, value] = ['query', 'key', 'value'].map((name) =>
    graph.parameter(name, [2, 5, 3, 4], truncatedNormal(1)),
  );
  const scores = graph.matMul(graph.transpose(query!, [0, 2, 1, 3]), graph.transpose(key!, [0, 2, 3, 1]));
  const mixed = graph.matMul(graph.softmax(graph.mul(scores, 0.5)), graph.transpose(value!, [0, 2, 1, 3]));
  const loss = scalarLoss(graph, sumAll(graph, graph.exp(mixed)));
  const gradients = backward(graph, loss.seeds, [query!, key!, value!]);
  return { graph, results: [loss.value, ...gradients.values()].map(({ name }) => name) };
}

async function resultsOf({ graph, results }: { graph: GraphBuilder; results: readonly string[] }): Promise<number[][]> {
  const model = graph.toModel(Object.fromEntries(results.map((name) => [name, graph.value(name)])));
  await using session = await openSession(model, { threads: 1 });
  return Object.values(await session.run({}, results)).map(({ data }) => Array.from(data, Number));
}

describe('fused products', () => {
  it('compute what the products and transpositions did', async () => {
    const plain = differentiatedAttention();
    const fused = differentiatedAttention();
    fuseProducts(fused.graph, new Set(fused.results));
    prune(fused.graph, new Set(fused.results));
    const expected = await resultsOf(plain);
    for (const [index, found] of (await resultsOf(fused)).entries())
      for (const [at, value] of found.entries()) expect(value).toBeCloseTo(expected[index]![at]!, 5);
  });

  it('leave no transposition that moves single values', () => {
    const { graph, results } = differentiatedAttention();
    fuseProducts(graph, new Set(results));
    prune(graph, new Set(results));
    expect(graph.nodes.filter(({ opType }) => opType === 'MatMul')).toEqual([]);
    expect(graph.nodes.filter(({ opType }) => opType === 'FusedMatMul')).toHaveLength(6);
    const permutations = graph.nodes.flatMap((node) =>
      node.opType === 'Transpose' ? [intsAttribute(node, 'perm')] : [],
    );
    expect(permutations.length).toBeGreaterThan(0);
    expect(permutations.every((permutation) => permutation!.at(-1) === 3)).toBe(true);
  });
});
