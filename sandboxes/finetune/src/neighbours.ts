import type { DatasetItem, DatasetPair } from '@graft/protocol';
import type { Random } from '@graft/runner';

/** The co-engagement graph among training items: who stands next to whom, and how strongly. */
export class Neighbours {
  private readonly edges: ReadonlyMap<
    number,
    { readonly partners: readonly number[]; readonly weights: readonly number[]; readonly total: number }
  >;

  /** Pairs with an item outside `items` (another split) are left out. */
  static async read(pairs: AsyncIterable<DatasetPair>, items: readonly DatasetItem[]): Promise<Neighbours> {
    const indices = new Map(items.map((item, index) => [item.id, index]));
    const edges = new Map<number, { partners: number[]; weights: number[]; total: number }>();
    const connect = (from: number, to: number, weight: number): void => {
      const edge = edges.get(from) ?? { partners: [], weights: [], total: 0 };
      edge.partners.push(to);
      edge.weights.push(weight);
      edge.total += weight;
      edges.set(from, edge);
    };
    for await (const { a, b, weight } of pairs) {
      const from = indices.get(a);
      const to = indices.get(b);
      if (from === undefined || to === undefined) continue;
      connect(from, to, weight);
      connect(to, from, weight);
    }
    return new Neighbours(edges);
  }

  private constructor(edges: Neighbours['edges']) {
    this.edges = edges;
  }

  get isEmpty(): boolean {
    return this.edges.size === 0;
  }

  /** A neighbour drawn by weight; undefined for an item without one. */
  draw(item: number, random: Random): number | undefined {
    const edge = this.edges.get(item);
    if (!edge) return undefined;
    let rest = random.next() * edge.total;
    for (const [index, weight] of edge.weights.entries()) {
      rest -= weight;
      if (rest < 0) return edge.partners[index];
    }
    return edge.partners.at(-1);
  }

  areNeighbours(a: number, b: number): boolean {
    return this.edges.get(a)?.partners.includes(b) ?? false;
  }
}
