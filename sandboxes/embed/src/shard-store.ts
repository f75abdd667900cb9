import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '@graft/runner';

/** Rows written at once. A kill costs at most the rows of one shard. */
export const SHARD_ROWS = 512;

/** Vectors that an earlier attempt of the same run has already computed, in shards of `SHARD_ROWS` rows. */
export class ShardStore {
  private constructor(private readonly folder: string) {}

  /** `keys` are the pictures to encode, in order: shards of another plan (an input that changed) are thrown away. */
  static async open(folder: string, spaceId: string, keys: readonly string[]): Promise<ShardStore> {
    const plan = createHash('sha256')
      .update(`${spaceId}\n${keys.join('\n')}`)
      .digest('hex');
    const planPath = join(folder, 'plan.txt');
    if ((await readOrNull(planPath))?.toString() !== plan) {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      await writeWhole(planPath, plan);
    }
    return new ShardStore(folder);
  }

  /** The rows of a shard, undefined where it has not been computed. */
  async read(shard: number): Promise<Float32Array | undefined> {
    const bytes = await readOrNull(this.path(shard));
    if (!bytes) return undefined;
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }

  async write(shard: number, rows: Float32Array): Promise<void> {
    await writeWhole(this.path(shard), new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
  }

  private path(shard: number): string {
    return join(this.folder, `shard-${shard}.f32`);
  }
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
