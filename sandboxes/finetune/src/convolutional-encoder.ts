import { constantInitial, GraphBuilder, type Model, truncatedNormal, type Value, zeros } from '@graft/engine';
import type { VisionArchitecture } from '@graft/protocol';

const KERNEL = 3;

type Stages = NonNullable<VisionArchitecture['convolutions']>;

/**
 * A residual network of 3 x 3 convolutions without batch statistics: filters are standardised instead (Brock et al., 2021), so
 * that a picture's features depend on that picture alone, in training as in serving. `pixel_values` f32 [n, 3, height, width] ->
 * `image_features` f32 [n, channels of the last stage], the normalised mean over the last stage's positions.
 */
export function buildConvolutionalEncoder({ width, height }: VisionArchitecture, stages: Stages, seed: number): Model {
  const g = new GraphBuilder({ seed });
  let x = g.input('pixel_values', 'float32', ['n', 3, height, width]);
  for (const [index, { channels, blocks }] of stages.entries()) {
    x = g.relu(convolution(g, x, { name: `stage${index}`, channels, stride: 2 }));
    for (let block = 0; block < blocks; block += 1)
      x = residual(g, x, { name: `stage${index}.block${block}`, channels });
  }
  return g.toModel({ image_features: g.layerNorm(g.reduceMean(x, [2, 3], false), 'norm') });
}

/** x + convolution(relu(convolution(x))), the branch scaled by a learned number. */
function residual(g: GraphBuilder, x: Value, { name, channels }: { name: string; channels: number }): Value {
  const inner = g.relu(convolution(g, x, { name: `${name}.first`, channels, stride: 1 }));
  const branch = convolution(g, inner, { name: `${name}.second`, channels, stride: 1 });
  return g.relu(g.add(x, g.mul(branch, g.parameter(`${name}.share`, [1], constantInitial(1)))));
}

/** Filters of mean 0 and variance gain² / inputs: the mean that relu gives every channel does not pass on. */
function convolution(
  g: GraphBuilder,
  x: Value,
  { name, channels, stride }: { name: string; channels: number; stride: number },
): Value {
  const inputs = Number(x.shape[1]) * KERNEL * KERNEL;
  const raw = g.parameter(`${name}.weight`, [channels, Number(x.shape[1]), KERNEL, KERNEL], truncatedNormal(1));
  const gain = g.parameter(`${name}.gain`, [channels, 1, 1, 1], constantInitial(Math.sqrt(2 / inputs)));
  const deviation = g.sub(raw, g.reduceMean(raw, [1, 2, 3]));
  const variance = g.reduceMean(g.mul(deviation, deviation), [1, 2, 3]);
  const weight = g.mul(g.div(deviation, g.sqrt(g.add(variance, 1e-6))), gain);
  const bias = g.parameter(`${name}.bias`, [channels], zeros);
  return g.conv(x, weight, { bias, strides: [stride, stride], pads: [1, 1, 1, 1] });
}
