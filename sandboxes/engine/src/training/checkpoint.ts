import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { SafetensorsFile, writeSafetensors } from '../tensors/safetensors.js';
import type { Tensor } from '../tensors/tensor.js';
import type { AdamWBuffers } from '../optimizer/adamw.js';
import type { ParameterStore } from '../optimizer/parameter-store.js';

/** What the caller keeps with a checkpoint: where it is in its data, its random state. */
export type CheckpointState = Readonly<Record<string, unknown>>;

const FILE = 'training.safetensors';
const parts: readonly (readonly [string, keyof AdamWBuffers])[] = [
  ['w', 'weight'],
  ['m', 'firstMoment'],
  ['v', 'secondMoment'],
];

/** One file with weights, moments, step and state; it replaces the one before in a single rename, after it has reached the disk. */
export async function writeCheckpoint(
  folder: string,
  store: ParameterStore,
  { step, state }: { step: number; state: CheckpointState },
): Promise<void> {
  const tensors = new Map<string, Tensor>();
  for (const name of store.names) {
    const buffers = store.buffers(name);
    for (const [prefix, buffer] of parts)
      tensors.set(`${prefix}/${name}`, { type: 'float32', shape: store.shape(name), data: buffers[buffer] });
  }
  await mkdir(folder, { recursive: true });
  await writeSafetensors(join(folder, `${FILE}.part`), tensors, { step: String(step), state: JSON.stringify(state) });
  await rename(join(folder, `${FILE}.part`), join(folder, FILE));
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/** Fills the store from the folder's checkpoint. Undefined where there is none; throws where it belongs to other parameters. */
export async function readCheckpoint(
  folder: string,
  store: ParameterStore,
): Promise<{ step: number; state: CheckpointState } | undefined> {
  const file = await openIfThere(join(folder, FILE));
  if (!file) return undefined;
  await using checkpoint = file;
  const expected = store.names.flatMap((name) => parts.map(([prefix]) => `${prefix}/${name}`));
  const foreign = [...checkpoint.tensors.keys()].find((name) => !expected.includes(name));
  if (foreign !== undefined)
    throw new Error(
      `${checkpoint.path}: expected the trainer's ${store.names.length} parameters, found "${foreign}" as well.`,
    );
  for (const name of store.names) {
    const buffers = store.buffers(name);
    for (const [prefix, buffer] of parts) {
      const { shape, data } = await checkpoint.read(`${prefix}/${name}`);
      if (shape.join() !== store.shape(name).join()) {
        throw new Error(
          `${checkpoint.path}: "${prefix}/${name}": expected shape [${store.shape(name).join(', ')}], found [${shape.join(', ')}].`,
        );
      }
      buffers[buffer].set(data as Float32Array);
    }
  }
  return {
    step: Number(checkpoint.metadata['step']),
    state: JSON.parse(checkpoint.metadata['state'] ?? '{}') as CheckpointState,
  };
}

async function openIfThere(path: string): Promise<SafetensorsFile | undefined> {
  try {
    return await SafetensorsFile.open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
