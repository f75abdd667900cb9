import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleFile, BundleManifest, type Component, Port, type Space } from '@graft/protocol';
import { z } from 'zod';
import { InputInvalid, RecipeFailure, SpaceMismatch } from './failures.js';
import { sha256OfFile, writeWhole } from './files.js';
import { assertGenuine, encoderSha256 } from './space.js';
import { readSpaceStamp, sha256WithoutStamp, stampSpace } from './space-stamp.js';

const MANIFEST = 'bundle.json';

/** A bundle folder whose manifest is valid and whose files are those that the manifest names. */
export interface Bundle {
  readonly folder: string;
  readonly manifest: BundleManifest;
}

/** Reads and checks a bundle: every file by its hash, every space by its definition and by what the graph itself says. */
export async function openBundle(folder: string): Promise<Bundle> {
  const manifest = parseManifest(await readFile(join(folder, MANIFEST), 'utf8'), folder);
  for (const [name, component] of Object.entries(manifest.components)) {
    for (const file of [component.graph, ...component.weights]) await assertUnchanged(folder, file);
    if (component.space) await assertCarries(folder, name, component as Component & { space: Space });
  }
  return { folder, manifest };
}

async function assertCarries(folder: string, name: string, component: Component & { space: Space }): Promise<void> {
  const { graph, space } = component;
  assertGenuine(space, `Component ${name}`);
  const found = await readSpaceStamp(join(folder, graph.path));
  if (found !== space.id) {
    throw new SpaceMismatch(
      `${name}: expected the metadata of ${graph.path} to name space ${space.id} as the manifest does, found ${found ?? 'no space'}. Export the bundle again.`,
    );
  }
  if (name !== 'vision_encoder') return;
  const unstamped = { ...graph, sha256: await sha256WithoutStamp(join(folder, graph.path), graph.sizeBytes) };
  if (space.definition.encoderSha256 !== encoderSha256({ ...component, graph: unstamped })) {
    throw new RecipeFailure(
      'artifact-refused',
      `vision_encoder in ${folder} carries the space of another encoder. Export the bundle again.`,
    );
  }
}

/** The component of that name, or `input-invalid` saying which components there are. */
export function componentOf(bundle: Bundle, name: string): Component {
  const component = bundle.manifest.components[name];
  if (!component) {
    const found = Object.keys(bundle.manifest.components).join(', ') || 'none';
    throw new InputInvalid(`Bundle "${bundle.manifest.name}" needs a component ${name}; it has: ${found}.`);
  }
  return component;
}

export function graphPath(bundle: Bundle, component: Component): string {
  return join(bundle.folder, component.graph.path);
}

/** What a bundle says about a model; how one is built and saved is the engine's business. */
export interface ComponentModel {
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
}

interface ModelPort {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** Saves a model as `<name>.onnx` and `<name>.safetensors` in the folder of a bundle that is being written. */
export async function writeComponent<M extends ComponentModel>(
  folder: string,
  name: string,
  model: M,
  save: (model: M, path: string) => Promise<void>,
): Promise<Component> {
  await save(model, join(folder, `${name}.onnx`));
  const portOf = ({ name: port, type, shape }: ModelPort): Port => Port.parse({ name: port, dtype: type, shape });
  return {
    graph: await describeFile(folder, `${name}.onnx`),
    weights: [await describeFile(folder, `${name}.safetensors`)],
    inputs: model.inputs.map(portOf),
    outputs: model.outputs.map(portOf),
  };
}

async function describeFile(folder: string, path: string): Promise<BundleFile> {
  const full = join(folder, path);
  const { size } = await stat(full);
  return { path, sha256: await sha256OfFile(full), sizeBytes: size };
}

/** Writes the manifest, last: a folder without it is not a bundle. Graphs of components with a space get it into their metadata. */
export async function writeBundleManifest(folder: string, manifest: BundleManifest): Promise<void> {
  const components: Record<string, Component> = {};
  for (const [name, component] of Object.entries(manifest.components)) {
    const { graph, space } = component;
    if (space) await stampSpace(join(folder, graph.path), space.id);
    components[name] = space ? { ...component, graph: await describeFile(folder, graph.path) } : component;
  }
  const complete = BundleManifest.parse({ ...manifest, components });
  await writeWhole(join(folder, MANIFEST), `${JSON.stringify(complete, null, 2)}\n`);
}

function parseManifest(text: string, folder: string): BundleManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputInvalid(`${folder}/${MANIFEST} is not JSON: ${String(error)}`);
  }
  const parsed = BundleManifest.safeParse(json);
  if (!parsed.success)
    throw new InputInvalid(`${folder}/${MANIFEST} is not a bundle manifest: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

async function assertUnchanged(folder: string, file: BundleFile): Promise<void> {
  const found = await sha256OfFile(join(folder, file.path));
  if (found !== file.sha256) {
    throw new RecipeFailure(
      'artifact-refused',
      `${file.path} of the bundle has sha256 ${found}, its manifest says ${file.sha256}.`,
    );
  }
}
