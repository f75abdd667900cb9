import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParameterStore } from '../optimizer/parameter-store.js';
import { SafetensorsFile, writeSafetensors } from '../tensors/safetensors.js';
import type { Tensor } from '../tensors/tensor.js';

/** What the caller keeps with a checkpoint, as JSON: where it is in its data, what it has measured. */
export type CheckpointState = Readonly<Record<string, unknown>>;

export interface CheckpointContent {
  readonly step: number;
  readonly state: CheckpointState;
  /** The best weights so far, laid out as a region of the store. */
  readonly best: Float32Array | undefined;
}

const FILE = 'training.safetensors';
const BEST = 'best';

/**
 * One file with weights, moments, averages, best weights, step and state; it replaces the one before in a single rename, after it
 * has reached the disk: whenever the process dies, the folder holds one whole checkpoint.
 */
export async function writeCheckpoint(
  folder: string,
  store: ParameterStore,
  { step, state, best }: CheckpointContent,
): Promise<void> {
  const tensors = new Map<string, Tensor>();
  for (const name of store.names) {
    const shape = store.shape(name);
    for (const region of store.lasting)
      tensors.set(`${region}/${name}`, { type: 'float32', shape, data: store.view(region, name) });
    if (best) tensors.set(`${BEST}/${name}`, { type: 'float32', shape, data: store.partOf(best, name) });
  }
  const metadata = { optimizer: store.rule.kind, step: String(step), state: JSON.stringify(state) };
  await mkdir(folder, { recursive: true });
  await writeSafetensors(join(folder, `${FILE}.part`), tensors, metadata);
  await rename(join(folder, `${FILE}.part`), join(folder, FILE));
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/** Fills the store from the folder's checkpoint. Undefined where there is none; throws where it belongs to another training. */
export async function readCheckpoint(folder: string, store: ParameterStore): Promise<CheckpointContent | undefined> {
  const file = await openIfThere(join(folder, FILE));
  if (!file) return undefined;
  await using checkpoint = file;
  const { optimizer, step, state } = checkpoint.metadata;
  if (optimizer !== store.rule.kind)
    throw new Error(`${checkpoint.path}: expected a checkpoint of ${store.rule.kind}, found one of ${optimizer}.`);
  const hasBest = [...checkpoint.tensors.keys()].some((name) => name.startsWith(`${BEST}/`));
  refuseForeign(checkpoint, store, hasBest);
  for (const region of store.lasting) {
    for (const name of store.names)
      store.view(region, name).set(await readShaped(checkpoint, `${region}/${name}`, store.shape(name)));
  }
  const best = hasBest ? store.whole('weight').slice() : undefined;
  for (const name of best ? store.names : [])
    store.partOf(best!, name).set(await readShaped(checkpoint, `${BEST}/${name}`, store.shape(name)));
  return { step: Number(step), state: JSON.parse(state ?? '{}') as CheckpointState, best };
}

function refuseForeign(checkpoint: SafetensorsFile, store: ParameterStore, hasBest: boolean): void {
  const expected = new Set(
    [...store.lasting, ...(hasBest ? [BEST] : [])].flatMap((region) => store.names.map((name) => `${region}/${name}`)),
  );
  const foreign = [...checkpoint.tensors.keys()].find((name) => !expected.has(name));
  if (foreign !== undefined)
    throw new Error(
      `${checkpoint.path}: expected the trainer's ${store.names.length} parameters, found "${foreign}" as well.`,
    );
}

async function readShaped(file: SafetensorsFile, name: string, expected: readonly number[]): Promise<Float32Array> {
  const { shape, data } = await file.read(name);
  if (shape.join() !== expected.join())
    throw new Error(`${file.path}: "${name}": expected shape [${expected.join(', ')}], found [${shape.join(', ')}].`);
  return data as Float32Array;
}

async function openIfThere(path: string): Promise<SafetensorsFile | undefined> {
  try {
    return await SafetensorsFile.open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
