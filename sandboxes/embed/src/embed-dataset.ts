import { join } from 'node:path';
import type { DatasetItem, VectorDtype } from '@graft/protocol';
import {
  Dataset,
  InputInvalid,
  openBundle,
  type RecipeContext,
  Snapshot,
  SpaceMismatch,
  writeSnapshot,
} from '@graft/runner';
import { PictureEncoder } from './picture-encoder.js';
import { SHARD_ROWS, ShardStore } from './shard-store.js';

type Context = RecipeContext<'embed'>;

const significantBits: Record<VectorDtype, number> = { f32: 24, f16: 11, int8: 7 };

/** Computes the vectors that `previous` does not hold and writes the complete snapshot of the dataset. */
export async function embedDataset(context: Context): Promise<Record<string, unknown>> {
  const { input } = context;
  await using dataset = await Dataset.open(context.inputPath(input.dataset));
  await using encoder = await PictureEncoder.open(
    await openBundle(context.inputPath(input.encoder)),
    context.task.threads,
  );
  using previous = await openPrevious(context, encoder.space.id);

  const { items } = dataset;
  const vectors = new Float32Array(items.length * encoder.dim);
  const changed = copyUnchanged(items, previous, vectors);
  context.log(
    'info',
    `${changed.length} of ${items.length} pictures to encode; ${items.length - changed.length} are taken from the previous snapshot.`,
  );
  await encodeRows({ context, dataset, encoder, rows: changed }, vectors);

  context.progress(1, input.index === null ? 'writing the snapshot' : 'writing the snapshot and building its index');
  const folder = await context.artifactDir('snapshot');
  const content = {
    space: encoder.space,
    ids: items.map((item) => item.id),
    keys: items.map((item) => item.image.sha256),
    vectors,
    encodedCount: changed.length,
    reusedCount: items.length - changed.length,
    dtype: input.dtype,
    index: input.index,
  };
  await writeSnapshot(folder, content, context.task.threads);
  context.artifact('snapshot', 'snapshot');
  return {
    items: items.length,
    encoded: changed.length,
    reused: items.length - changed.length,
    dim: encoder.dim,
    spaceId: encoder.space.id,
  };
}

async function openPrevious(context: Context, spaceId: string): Promise<Snapshot | undefined> {
  const mount = context.input.previous;
  if (mount === null) return undefined;
  const previous = await Snapshot.open(context.inputPath(mount));
  const { space, dtype } = previous.manifest;
  if (space.id !== spaceId) {
    throw new SpaceMismatch(
      `previous: expected a snapshot of the encoder's space ${spaceId}, found one of ${space.id}. Leave previous out to encode everything.`,
    );
  }
  if (significantBits[dtype] < significantBits[context.input.dtype]) {
    throw new InputInvalid(
      `previous: expected vectors at least as precise as dtype ${context.input.dtype}, found ${dtype}. Leave previous out to encode everything, or ask for dtype ${dtype}.`,
    );
  }
  return previous;
}

/** Copies the rows whose picture has not changed, whatever the item is called now, and returns the rows that are left. */
function copyUnchanged(items: readonly DatasetItem[], previous: Snapshot | undefined, vectors: Float32Array): number[] {
  const rows = new Map(previous?.keys.map((key, row) => [key, row]));
  const changed: number[] = [];
  for (const [row, item] of items.entries()) {
    const known = rows.get(item.image.sha256);
    if (previous && known !== undefined) previous.copyRow(known, vectors, row * previous.dim);
    else changed.push(row);
  }
  return changed;
}

interface EncodingPlan {
  readonly context: Context;
  readonly dataset: Dataset;
  readonly encoder: PictureEncoder;
  /** Ordinals of the items to encode. */
  readonly rows: readonly number[];
}

/** Encodes shard by shard; shards that an earlier attempt finished are read back. */
async function encodeRows({ context, dataset, encoder, rows }: EncodingPlan, vectors: Float32Array): Promise<void> {
  const items = rows.map((row) => dataset.items[row] as DatasetItem);
  const store = await ShardStore.open(
    join(context.checkpointDir, 'shards'),
    encoder.space.id,
    items.map((item) => item.image.sha256),
  );
  const started = performance.now();
  for (let first = 0, shard = 0; first < rows.length; first += SHARD_ROWS, shard += 1) {
    const shardItems = items.slice(first, first + SHARD_ROWS);
    let shardVectors = await store.read(shard);
    if (shardVectors?.length !== shardItems.length * encoder.dim) {
      shardVectors = await encoder.encode(dataset, shardItems, context.input.batchSize);
      await store.write(shard, shardVectors);
      context.checkpoint(first + shardItems.length);
    }
    for (let index = 0; index < shardItems.length; index += 1) {
      const vector = shardVectors.subarray(index * encoder.dim, (index + 1) * encoder.dim);
      vectors.set(vector, (rows[first + index] as number) * encoder.dim);
    }
    const done = first + shardItems.length;
    const perSecond = (done / (performance.now() - started)) * 1000;
    context.progress(done / rows.length, 'encoding pictures', `${done} of ${rows.length}`);
    context.metric('images_per_second', done, perSecond);
    await context.breathe();
  }
}
