import { mkdir } from 'node:fs/promises';
import { float32, GraphBuilder, saveModel } from '@graft/engine';
import { type ImagePreprocessing, type Space, TextEncoding } from '@graft/protocol';
import { encoderSha256, spaceOf, textTokens, writeBundleManifest, writeComponent } from '@graft/runner';

/** The shapes of the tiny dataset, and the ground they lie on. */
const GROUND = 230;
const colours = { red: [200, 40, 40], green: [40, 180, 60], blue: [50, 70, 200], yellow: [220, 200, 60] };
const SIDE = 8;
const DIM = 3;
const text = TextEncoding.parse({ kind: 'hashed-words', buckets: 1024, length: 8, ngrams: 1 });

/**
 * A dual encoder that needs no training: a picture is the mean of its pixels beyond the ground, and the name of a colour is that colour
 * beyond the ground. `shift` makes another encoder of it, and so another space of the same dimension.
 */
export async function writeTinyDualEncoder(
  folder: string,
  { readsTexts = true, shift = 0 }: { readsTexts?: boolean; shift?: number } = {},
): Promise<Space> {
  await mkdir(folder, { recursive: true });
  const mean = GROUND / 255 + shift;
  const preprocessing: ImagePreprocessing = {
    width: SIDE,
    height: SIDE,
    fit: 'fill',
    mean: [mean, mean, mean],
    std: [1, 1, 1],
  };
  const vision = await writeComponent(folder, 'vision_encoder', visionModel(), saveModel);
  const space = spaceOf({
    encoderSha256: encoderSha256(vision),
    preprocessing,
    pooling: 'mean',
    normalised: false,
    dim: DIM,
    dtype: 'float32',
  });
  const reader = { ...(await writeComponent(folder, 'text_encoder', textModel(), saveModel)), space };
  await writeBundleManifest(folder, {
    format: 'graft-bundle',
    formatVersion: 1,
    name: 'tiny',
    components: { vision_encoder: { ...vision, space }, ...(readsTexts ? { text_encoder: reader } : {}) },
    preprocessing,
    text,
    labels: {},
    metadata: {},
  });
  return space;
}

function visionModel() {
  const g = new GraphBuilder({ seed: 1 });
  const pixels = g.input('pixel_values', 'float32', ['n', 3, SIDE, SIDE]);
  const scale = g.parameter('scale', [3], () => Float32Array.of(1, 1, 1));
  return g.toModel({ image_features: g.mul(g.reduceMean(pixels, [2, 3], false), scale) });
}

function textModel() {
  const table = new Float32Array(text.buckets * DIM);
  for (const [name, colour] of Object.entries(colours))
    table.set(
      colour.map((value) => (value - GROUND) / 255),
      Number(textTokens(name, text).ids[0]) * DIM,
    );
  const g = new GraphBuilder({ seed: 1 });
  const ids = g.input('token_ids', 'int64', ['n', text.length]);
  const weights = g.input('token_weights', 'float32', ['n', text.length]);
  const words = g.gather(
    g.parameter('words', [text.buckets, DIM], () => table),
    ids,
  );
  const nothing = g.constant(float32([DIM], new Float32Array(DIM).fill(1e-6)));
  return g.toModel({ text_features: g.add(g.reduceSum(g.mul(words, g.unsqueeze(weights, 2)), [1], false), nothing) });
}
