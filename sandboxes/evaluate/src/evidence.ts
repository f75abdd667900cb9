import type { DatasetItem } from '@graft/protocol';
import {
  type Dataset,
  decodeItems,
  InputInvalid,
  pictureBytes,
  PixelScaler,
  type Reporting,
  type Snapshot,
} from '@graft/runner';
import type { Candidate } from './candidate.js';

const BATCH = 64;

/** A batch of a candidate's inputs, row-major. */
export interface InputBatch {
  readonly input: Float32Array;
  readonly count: number;
}

/** What the candidate reads of `items`, in batches: pixel values or stored vectors. */
export async function* inputBatches(
  context: Reporting,
  dataset: Dataset,
  items: readonly DatasetItem[],
  candidate: Candidate,
): AsyncGenerator<InputBatch> {
  const { source } = candidate;
  if (source.kind === 'vectors') {
    for (let first = 0; first < items.length; first += BATCH) {
      const ids = items.slice(first, first + BATCH).map((item) => item.id);
      yield { input: lookUp(source.snapshot, ids), count: ids.length };
    }
    return;
  }
  const size = pictureBytes(source.preprocessing);
  const scaler = new PixelScaler(source.preprocessing);
  let input = new Float32Array(Math.min(BATCH, items.length) * size);
  let count = 0;
  for await (const picture of decodeItems(dataset, items, source.preprocessing)) {
    scaler.write(picture, input, count * size);
    count += 1;
    if (count * size < input.length) continue;
    yield { input, count };
    await context.breathe();
    input = new Float32Array(input.length);
    count = 0;
  }
  if (count > 0) yield { input: input.subarray(0, count * size), count };
}

/** The rows of `ids`, copied from the snapshot to one batch: what a swapped model does for every request. */
export function lookUp(snapshot: Snapshot, ids: readonly string[]): Float32Array {
  const vectors = new Float32Array(ids.length * snapshot.dim);
  for (let index = 0; index < ids.length; index += 1) {
    const row = snapshot.rowOf(ids[index] as string);
    if (row === undefined)
      throw new InputInvalid(
        `The snapshot has no vector for item ${ids[index]}. Run embed on this dataset version first.`,
      );
    snapshot.copyRow(row, vectors, index * snapshot.dim);
  }
  return vectors;
}
