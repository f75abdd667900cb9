import { GraphBuilder, type Model, truncatedNormal } from '@graft/engine';

export interface ProjectorShape {
  /** Dimension of the stored vectors. */
  readonly dim: number;
  /** Width of the hidden layer; 0 for a linear projector. */
  readonly hidden: number;
  /** Width of the `image_features` that the base's head reads. */
  readonly width: number;
}

/**
 * `item_embeddings` f32 [n, dim] -> `image_features` f32 [n, width]. The layer norm makes it indifferent to the length of the
 * stored vectors: those of unit length are small numbers, on which a linear layer would learn slowly.
 */
export function buildItemProjector({ dim, hidden, width }: ProjectorShape, seed: number): Model {
  const g = new GraphBuilder({ seed });
  const vectors = g.layerNorm(g.input('item_embeddings', 'float32', ['n', dim]), 'norm');
  const inner =
    hidden === 0
      ? vectors
      : g.gelu(g.linear(vectors, 'hidden', hidden, { initial: truncatedNormal(1 / Math.sqrt(dim)) }));
  return g.toModel({
    image_features: g.linear(inner, 'out', width, { initial: truncatedNormal(1 / Math.sqrt(hidden || dim)) }),
  });
}
