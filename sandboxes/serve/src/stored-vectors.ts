import {
  type Bundle,
  componentOf,
  InputInvalid,
  type RecipeContext,
  Refusal,
  Snapshot,
  SpaceMismatch,
} from '@graft/runner';
import { assertSpace, type Batch, type Evidence, unknownItem } from './evidence.js';
import { MissEncoder } from './miss-encoder.js';

/** For a bundle with an item_projector: vectors of the snapshot, of the request, or of pictures that the snapshot does not hold yet. */
export async function storedVectors(context: RecipeContext<'serve'>, bundle: Bundle): Promise<Evidence> {
  const { snapshot: mount } = context.input;
  if (mount === null)
    throw new InputInvalid('snapshot: expected the snapshot whose vectors item_projector reads, found none.');
  const snapshot = await Snapshot.open(context.inputPath(mount));
  const expected = componentOf(bundle, 'item_projector').space?.id;
  const spaceId = snapshot.manifest.space.id;
  if (expected !== spaceId)
    throw new SpaceMismatch(`item_projector reads space ${expected ?? 'unknown'}, the snapshot holds ${spaceId}.`);
  const { dim } = snapshot;
  const misses = new MissEncoder(context, { id: spaceId, dim });

  async function stored(ids: readonly string[]): Promise<Batch> {
    const rows = new Float32Array(ids.length * dim);
    const missing = ids.filter((id) => snapshot.rowOf(id) === undefined);
    const encoded = await misses.encode(missing);
    for (const [index, id] of ids.entries()) {
      const row = snapshot.rowOf(id);
      const vector = encoded.get(id);
      if (row !== undefined) snapshot.copyRow(row, rows, index * dim);
      else if (vector !== undefined) rows.set(vector, index * dim);
      else throw unknownItem(id, 'neither the snapshot nor the dataset has it');
    }
    return { rows, count: ids.length, encodedOnMiss: missing.length };
  }

  return {
    port: 'item_embeddings',
    rowShape: [dim],
    inputs: [
      { name: 'item_ids', datatype: 'BYTES', shape: [-1] },
      { name: 'item_embeddings', datatype: 'FP32', shape: [-1, dim] },
    ],
    batch: async (request) => {
      const [input] = request.inputs;
      if (input.name === 'images')
        throw new Refusal(400, 'Input "images": this model reads stored vectors. Send "item_ids".');
      if (input.name === 'item_ids') return stored(input.data);
      assertSpace(request, spaceId);
      if (input.shape[1] !== dim)
        throw new Refusal(
          400,
          `Input "item_embeddings": expected shape [n, ${dim}], found [${input.shape.join(', ')}].`,
        );
      return { rows: Float32Array.from(input.data), count: input.data.length / dim, encodedOnMiss: 0 };
    },
    [Symbol.asyncDispose]: async () => {
      snapshot[Symbol.dispose]();
      await misses[Symbol.asyncDispose]();
    },
  };
}
