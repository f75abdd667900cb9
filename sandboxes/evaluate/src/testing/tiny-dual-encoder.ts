import { mkdir } from 'node:fs/promises';
import { float32, GraphBuilder, type Model, openSession, saveModel } from '@graft/engine';
import type { ImagePreprocessing, Space, TextEncoding } from '@graft/protocol';
import {
  decodePicture,
  encoderSha256,
  openBundle,
  pictureBytes,
  PixelScaler,
  spaceOf,
  textTokens,
  writeBundleManifest,
  writeComponent,
  writeSnapshot,
} from '@graft/runner';
import type { TinyItem } from '@graft/runner/testing';

const SIDE = 8;
const DIM = 4;
const preprocessing: ImagePreprocessing = {
  width: SIDE,
  height: SIDE,
  fit: 'fill',
  mean: [0.9, 0.9, 0.9],
  std: [0.25, 0.25, 0.25],
};
const text: TextEncoding = { kind: 'hashed-words', buckets: 512, length: 8, ngrams: 1, characters: 0 };

/** How the colours of the tiny data set lie away from the ground they are painted on. */
const COLOURS = { red: [-30, -190, -190], green: [-190, -50, -170], blue: [-180, -160, -30], yellow: [-10, -10, -170] };

/** A dual encoder that is right without training: pictures by their mean colour, texts by the names of the colours in them. */
export async function writeTinyDualEncoder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const encoder = await writeComponent(folder, 'vision_encoder', visionEncoder(), saveModel);
  const space = spaceOf({
    encoderSha256: encoderSha256(encoder),
    preprocessing,
    pooling: 'mean',
    normalised: true,
    dim: DIM,
    dtype: 'float32',
  });
  const textComponent = await writeComponent(folder, 'text_encoder', textEncoder(), saveModel);
  await writeBundleManifest(folder, {
    format: 'graft-bundle',
    formatVersion: 1,
    name: 'tiny-dual-encoder',
    components: { vision_encoder: { ...encoder, space }, text_encoder: { ...textComponent, space } },
    preprocessing,
    text,
    matryoshka: [2],
    labels: {},
    metadata: {},
  });
  return space.id;
}

function visionEncoder(): Model {
  const g = new GraphBuilder();
  const colour = g.reduceMean(g.input('pixel_values', 'float32', ['n', 3, SIDE, SIDE]), [2, 3], false);
  const widen = float32([3, DIM], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
  return g.toModel({ image_features: g.normalize(g.matMul(colour, g.parameterOf('widen', widen))) });
}

function textEncoder(): Model {
  const rows = new Float32Array(text.buckets * DIM);
  // A text without a colour lies where no picture does: the vector of no length has no direction.
  for (let row = 0; row < text.buckets; row += 1) rows[row * DIM + 3] = 1e-3;
  for (const [name, values] of Object.entries(COLOURS)) {
    const norm = Math.hypot(...values);
    rows.set([...values.map((value) => value / norm), 0], Number(textTokens(name, text).ids[0]) * DIM);
  }
  const g = new GraphBuilder();
  const ids = g.input('token_ids', 'int64', ['n', text.length]);
  const weights = g.unsqueeze(g.input('token_weights', 'float32', ['n', text.length]), 2);
  const table = g.parameterOf('table', float32([text.buckets, DIM], rows));
  const bag = g.reduceSum(g.mul(g.gather(table, ids), weights), [1], false);
  return g.toModel({ text_features: g.normalize(bag, 1e-9) });
}

/** Writes the vectors that the tiny dual encoder gives to the pictures of these items. */
export async function writeDualSnapshot(
  folder: string,
  bundleFolder: string,
  items: readonly TinyItem[],
): Promise<void> {
  const { manifest } = await openBundle(bundleFolder);
  const scaler = new PixelScaler(preprocessing);
  const size = pictureBytes(preprocessing);
  const pixels = new Float32Array(items.length * size);
  for (const [row, { picture }] of items.entries())
    scaler.write(await decodePicture(picture, preprocessing), pixels, row * size);
  await using session = await openSession(visionEncoder(), { threads: 1 });
  const { image_features: features } = await session.run(
    { pixel_values: float32([items.length, 3, SIDE, SIDE], pixels) },
    ['image_features'],
  );
  await writeSnapshot(folder, {
    space: manifest.components['vision_encoder']?.space as Space,
    ids: items.map(({ item }) => item.id),
    keys: items.map(() => 'e'.repeat(64)),
    vectors: features.data as Float32Array,
    encodedCount: items.length,
    reusedCount: 0,
  });
}
