import { mkdir } from 'node:fs/promises';
import { GraphBuilder, saveModel, truncatedNormal } from '@graft/engine';
import type { ImagePreprocessing } from '@graft/protocol';
import { encoderSha256, spaceOf, writeBundleManifest, writeComponent } from '@graft/runner';

const SIDE = 8;
const DIM = 6;
const preprocessing: ImagePreprocessing = {
  width: SIDE,
  height: SIDE,
  fit: 'fill',
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
};

/** A bundle whose encoder is one seeded linear map of the pixels. */
export async function writeTinyEncoder(folder: string, seed: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const g = new GraphBuilder({ seed });
  const pixels = g.input('pixel_values', 'float32', ['n', 3, SIDE, SIDE]);
  const flat = g.reshape(pixels, ['n', 3 * SIDE * SIDE]);
  const model = g.toModel({ image_features: g.linear(flat, 'map', DIM, { initial: truncatedNormal(0.1) }) });
  const encoder = await writeComponent(folder, 'vision_encoder', model, saveModel);
  const space = spaceOf({
    encoderSha256: encoderSha256(encoder),
    preprocessing,
    pooling: 'mean',
    normalised: false,
    dim: DIM,
    dtype: 'float32',
  });
  await writeBundleManifest(folder, {
    format: 'graft-bundle',
    formatVersion: 1,
    name: 'tiny',
    components: { vision_encoder: { ...encoder, space } },
    preprocessing,
    labels: {},
    metadata: {},
  });
  return space.id;
}
