import { float32, GraphBuilder, type Model, openSession, truncatedNormal } from '@graft/engine';
import { PictureBatches } from './picture-batches.js';
import type { Setup } from './setup.js';

const SAMPLE = 256;

/**
 * A linear map into the embedding space, rows of unit length, that starts with the mean of the encoder's features at the origin:
 * `features` f32 [n, width] -> `image_features` f32 [n, dim]. Untrained features of all pictures point almost the same way; as
 * they are, every picture would start beside every other, and much of a short training would go into telling them apart at all.
 */
export async function centredProjection(setup: Setup, dim: number): Promise<Model> {
  const { width } = setup;
  const { mean, spread } = await featureStatistics(setup);
  const initial = truncatedNormal(1 / spread);
  const g = new GraphBuilder({ seed: setup.context.task.seed });
  const features = g.input('features', 'float32', ['n', width]);
  const centre = g.parameterOf('centre', float32([width], mean));
  const vectors = g.linear(g.sub(features, centre), 'projection', dim, { initial, bias: false });
  return g.toModel({ image_features: g.normalize(vectors, 1e-6) });
}

/** Mean of the features over some training pictures, and the square root of their total variance. */
async function featureStatistics({
  context,
  encoder,
  preprocessing,
  train,
  width,
}: Setup): Promise<{ mean: Float32Array; spread: number }> {
  const count = Math.min(SAMPLE, train.items.length);
  const rows = Array.from({ length: count }, (_, row) => Math.floor((row * train.items.length) / count));
  const pictures = new PictureBatches(train, { preprocessing, augment: false, seed: 0, capacity: count });
  const pixels = float32([count, 3, preprocessing.height, preprocessing.width], pictures.fill(rows, 0));
  await using session = await openSession(encoder, { threads: context.task.threads });
  const { image_features: features } = await session.run({ pixel_values: pixels }, ['image_features']);
  const data = features.data as Float32Array;
  const mean = new Float32Array(width);
  for (let at = 0; at < data.length; at += 1)
    mean[at % width] = (mean[at % width] as number) + (data[at] as number) / count;
  let variance = 0;
  for (let at = 0; at < data.length; at += 1)
    variance += ((data[at] as number) - (mean[at % width] as number)) ** 2 / count;
  return { mean, spread: Math.sqrt(variance) || 1 };
}
