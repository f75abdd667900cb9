import { GraphBuilder, type Model, truncatedNormal } from '@graft/engine';
import type { LabelVocabulary } from '@graft/runner';

/**
 * One linear layer per target: `image_features` f32 [n, width] -> `logits.<target>` f32 [n, classes]. `scale` brings features of
 * unit length to the size that a linear layer learns well from.
 */
export function buildHead(width: number, labels: LabelVocabulary, options: { seed: number; scale: number }): Model {
  const g = new GraphBuilder({ seed: options.seed });
  const features = g.input('image_features', 'float32', ['n', width]);
  const scaled = options.scale === 1 ? features : g.mul(features, options.scale);
  const outputs = Object.entries(labels).map(([target, classes]) => [
    `logits.${target}`,
    g.linear(scaled, target, classes.length, { initial: truncatedNormal(0.02) }),
  ]);
  return g.toModel(Object.fromEntries(outputs));
}
