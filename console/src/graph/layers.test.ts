import { describe, expect, it } from 'vitest';
import { layOut } from './layers.js';

describe('laying out a graph', () => {
  it('puts every node right of all it depends on', () => {
    const layout = layOut([
      { id: 'swap', dependsOn: ['stock', 'vectors'] },
      { id: 'stock', dependsOn: [] },
      { id: 'domain', dependsOn: [] },
      { id: 'vectors', dependsOn: ['domain'] },
    ]);
    const column = Object.fromEntries(layout.placed.map((place) => [place.id, place.column]));
    expect(column).toEqual({ swap: 2, stock: 1, domain: 0, vectors: 1 });
    expect([layout.columns, layout.rows, layout.edges.length]).toEqual([3, 2, 3]);
  });

  it('draws no edge that others already imply, and moves a source next to what needs it', () => {
    const layout = layOut([
      { id: 'dataset', dependsOn: [] },
      { id: 'snapshot', dependsOn: ['dataset'] },
      { id: 'base', dependsOn: [] },
      { id: 'run', dependsOn: ['dataset', 'snapshot', 'base'] },
    ]);
    expect(layout.edges.map(({ from, to }) => `${from.id}-${to.id}`)).toEqual([
      'dataset-snapshot',
      'snapshot-run',
      'base-run',
    ]);
    expect(layout.placed.find((place) => place.id === 'base')?.column).toBe(1);
  });

  it('ends on a cycle and ignores what is not there', () => {
    const layout = layOut([
      { id: 'a', dependsOn: ['b'] },
      { id: 'b', dependsOn: ['a', 'gone'] },
    ]);
    expect(layout.placed).toHaveLength(2);
  });
});
