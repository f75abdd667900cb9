import { float32, int64, openSession } from '@graft/engine';
import {
  type Bundle,
  componentOf,
  graphPath,
  InputInvalid,
  RecipeFailure,
  SpaceMismatch,
  textTokens,
} from '@graft/runner';
import type { Space } from '@graft/protocol';
import type { Vectors } from './scorer.js';

const BATCH = 256;

export type EncodeTexts = (texts: readonly string[]) => Promise<Vectors>;

/** The bundle's text_encoder, once it is known to write the space of the gallery. */
export async function textQueries(bundle: Bundle, space: Space, threads: number): Promise<EncodeTexts> {
  const component = componentOf(bundle, 'text_encoder');
  const encoding = bundle.manifest.text;
  if (!encoding)
    throw new InputInvalid(
      `retrieval.encoder: expected "text" beside text_encoder in "${bundle.manifest.name}", found none.`,
    );
  if (component.space?.id !== space.id)
    throw new SpaceMismatch(
      `retrieval: text_encoder writes space ${component.space?.id ?? 'unknown'}, the snapshot holds ${space.id}. Embed the dataset with this bundle.`,
    );
  const { dim } = space.definition;
  return async (texts) => {
    await using session = await openSession(graphPath(bundle, component), { threads });
    const data = new Float32Array(texts.length * dim);
    for (let first = 0; first < texts.length; first += BATCH) {
      const tokens = texts.slice(first, first + BATCH).map((text) => textTokens(text, encoding));
      const shape = [tokens.length, encoding.length];
      const ids = tokens.flatMap((row) => [...row.ids]);
      const weights = Float32Array.from(tokens.flatMap((row) => [...row.weights]));
      const feeds = { token_ids: int64(shape, BigInt64Array.from(ids)), token_weights: float32(shape, weights) };
      const { text_features: features } = await session.run(feeds, ['text_features']);
      if (!(features.data instanceof Float32Array) || features.data.length !== tokens.length * dim)
        throw new RecipeFailure(
          'artifact-refused',
          `text_encoder: expected text_features f32 [${tokens.length}, ${dim}], found [${features.shape.join(', ')}].`,
        );
      data.set(features.data, first * dim);
    }
    return { data, dim };
  };
}
