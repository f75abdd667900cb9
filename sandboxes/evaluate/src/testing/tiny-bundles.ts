import { mkdir } from 'node:fs/promises';
import { float32, GraphBuilder, type Model, saveModel, truncatedNormal } from '@graft/engine';
import type { Component, ImagePreprocessing, SpaceDefinition } from '@graft/protocol';
import { Random, spaceOf, writeBundleManifest, writeComponent, writeSnapshot } from '@graft/runner';
import type { TinyItem } from '@graft/runner/testing';

export const COLOURS = ['red', 'green', 'blue', 'yellow'];
export const preprocessing: ImagePreprocessing = {
  width: 8,
  height: 8,
  fit: 'fill',
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
};
const PIXELS = 3 * 8 * 8;

export const definition: SpaceDefinition = {
  encoderSha256: 'd'.repeat(64),
  preprocessing,
  pooling: 'mean',
  normalised: false,
  dim: COLOURS.length,
  dtype: 'float32',
};

/** An untrained native classifier: a linear encoder and a linear head. */
export async function writeNativeBundle(folder: string): Promise<void> {
  const g = new GraphBuilder({ seed: 9 });
  const flat = g.reshape(g.input('pixel_values', 'float32', ['n', 3, 8, 8]), ['n', PIXELS]);
  const encoder = g.toModel({ image_features: g.linear(flat, 'map', 16, { initial: truncatedNormal(0.1) }) });
  const h = new GraphBuilder({ seed: 10 });
  const head = h.toModel({
    'logits.colour': h.linear(h.input('image_features', 'float32', ['n', 16]), 'colour', COLOURS.length),
  });
  await writeBundle(folder, { vision_encoder: encoder, head }, { preprocessing });
}

/** A swapped classifier that reads the colour straight off its vector: projector and head are identities. */
export async function writeSwappedBundle(folder: string): Promise<void> {
  const size = COLOURS.length;
  const identity = float32(
    [size, size],
    Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0)),
  );
  const map = (input: string, output: string): Model => {
    const g = new GraphBuilder({ seed: 1 });
    return g.toModel({ [output]: g.matMul(g.input(input, 'float32', ['n', size]), g.parameterOf('map', identity)) });
  };
  await writeBundle(
    folder,
    { item_projector: map('item_embeddings', 'image_features'), head: map('image_features', 'logits.colour') },
    {},
  );
}

/** Vectors that are the one-hot colour of each item; every tenth item tells another one. */
export async function writeColourSnapshot(
  folder: string,
  items: readonly TinyItem[],
  space: SpaceDefinition = definition,
): Promise<void> {
  const random = new Random(4);
  const vectors = new Float32Array(items.length * COLOURS.length).map(() => 0.1 * random.next());
  for (const [row, { item }] of items.entries()) {
    const colour = COLOURS.indexOf(item.attributes['colour'] as string);
    vectors[row * COLOURS.length + (row % 10 === 0 ? (colour + 1) % COLOURS.length : colour)] = 1;
  }
  await writeSnapshot(folder, {
    space: spaceOf(space),
    ids: items.map(({ item }) => item.id),
    keys: items.map(() => 'e'.repeat(64)),
    vectors,
    encodedCount: items.length,
    reusedCount: 0,
  });
}

async function writeBundle(
  folder: string,
  models: Readonly<Record<string, Model>>,
  rest: { preprocessing?: ImagePreprocessing },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const components: Record<string, Component> = {};
  for (const [name, model] of Object.entries(models)) {
    const component = await writeComponent(folder, name, model, saveModel);
    components[name] = name === 'item_projector' ? { ...component, space: spaceOf(definition) } : component;
  }
  await writeBundleManifest(folder, {
    format: 'graft-bundle',
    formatVersion: 1,
    name: 'tiny',
    components,
    labels: { colour: COLOURS },
    metadata: {},
    ...rest,
  });
}
