import { describe, expect, it } from 'vitest';
import { truncatedNormal } from '../tensors/random.js';
import type { Model } from '../model/model.js';
import { Trainer } from '../training/trainer.js';
import { scalarLoss, weightedSum } from '../losses/loss.js';
import { GraphBuilder } from './builder.js';
import { specialise } from './specialise.js';

/** Puts a learned token before each of n sequences: its graph computes sizes while it runs, as exported transformers do. */
function withToken(): Model {
  const g = new GraphBuilder({ seed: 3 });
  const x = g.input('x', 'float32', ['n', 3, 4]);
  const token = g.expand(g.parameter('token', [1, 1, 4], truncatedNormal(1)), ['n', 1, 4], x);
  return g.toModel({ y: g.tanh(g.linear(g.concat([token, x], 1), 'mix', 2)) });
}

describe('a specialised model', () => {
  it('has every shape and no arithmetic on shapes', async () => {
    const { nodes, values } = await specialise(
      withToken(),
      { x: [5, 3, 4] },
      new Set(['token', 'mix.weight', 'mix.bias']),
    );
    expect(nodes.map(({ opType }) => opType)).not.toContain('Shape');
    expect(values.get('y')).toEqual({ type: 'float32', shape: [5, 4, 2] });
    for (const { output } of nodes) for (const name of output) expect(values.has(name)).toBe(true);
  });

  it('trains, sizes computed in the graph included', async () => {
    const trainer = await Trainer.create({
      models: { model: withToken() },
      objective: async (g, { model }) => {
        const { y } = await model.apply(g, { x: g.input('x', 'float32', [5, 3, 4]) }, ['y']);
        return weightedSum(g, {
          square: { loss: scalarLoss(g, g.reduceMean(g.mul(y, y), [0, 1, 2], false)), weight: 1 },
        });
      },
      threads: 1,
    });
    const x = Float32Array.from({ length: 60 }, (_, at) => Math.cos(at));
    const first = await trainer.step({ x }, 1e-2);
    for (let step = 0; step < 10; step += 1) await trainer.step({ x }, 1e-2);
    expect((await trainer.step({ x }, 1e-2)).loss).toBeLessThan(first.loss);
    await trainer.release();
  });

  it('says which input has another shape', async () => {
    await expect(specialise(withToken(), { x: [5, 2, 4] }, new Set())).rejects.toThrow(
      /Input "x": expected shape \[n, 3, 4\], found \[5, 2, 4\]/,
    );
  });
});
