import { float32, int64, openSession, type Session, type Tensor } from '@graft/engine';
import type { ImagePreprocessing, Space, TextEncoding } from '@graft/protocol';
import {
  type Bundle,
  componentOf,
  graphPath,
  InputInvalid,
  pictureBytes,
  PixelScaler,
  RecipeFailure,
  SpaceMismatch,
  textTokens,
} from '@graft/runner';
import { normalise } from './vectors.js';

/** Turns what is asked into vectors of length 1 in the space of the bundle: pictures always, texts where it has a text_encoder. */
export class QueryEncoder implements AsyncDisposable {
  private readonly scaler: PixelScaler;

  private constructor(
    readonly preprocessing: ImagePreprocessing,
    private readonly dim: number,
    private readonly vision: Session,
    private readonly text: { readonly session: Session; readonly encoding: TextEncoding } | undefined,
  ) {
    this.scaler = new PixelScaler(preprocessing);
  }

  /** @throws SpaceMismatch unless every encoder of the bundle writes `space` */
  static async open(bundle: Bundle, space: Space, threads: number): Promise<QueryEncoder> {
    const vision = componentOf(bundle, 'vision_encoder');
    const text = bundle.manifest.components['text_encoder'];
    const { preprocessing, text: encoding } = bundle.manifest;
    const wrong = (missing: string): InputInvalid =>
      new InputInvalid(`Bundle "${bundle.manifest.name}": expected ${missing}, found none.`);
    if (!preprocessing) throw wrong('"preprocessing" beside vision_encoder');
    if (text && !encoding) throw wrong('"text" beside text_encoder');
    for (const [name, component] of Object.entries({ vision_encoder: vision, text_encoder: text })) {
      if (component && component.space?.id !== space.id)
        throw new SpaceMismatch(
          `${name} of bundle "${bundle.manifest.name}" writes space ${component.space?.id ?? 'unknown'}, the snapshot holds ${space.id}. Search with the encoder that made the snapshot.`,
        );
    }
    const encoder = new QueryEncoder(
      preprocessing,
      space.definition.dim,
      await openSession(graphPath(bundle, vision), { threads }),
      text && encoding && { session: await openSession(graphPath(bundle, text), { threads }), encoding },
    );
    // The first run allocates and plans; no question should pay for it.
    await encoder.encodePicture(new Uint8Array(pictureBytes(preprocessing)));
    return encoder;
  }

  get readsTexts(): boolean {
    return this.text !== undefined;
  }

  /** @param picture planar uint8 [3, height, width] */
  async encodePicture(picture: Uint8Array): Promise<Float32Array> {
    const { width, height } = this.preprocessing;
    const pixels = new Float32Array(picture.length);
    this.scaler.write(picture, pixels, 0);
    const { image_features: features } = await this.vision.run(
      { pixel_values: float32([1, 3, height, width], pixels) },
      ['image_features'],
    );
    return normalise(this.rows(features, 1));
  }

  /** One vector of length 1 for each text, row-major [texts.length, dim]. */
  async encodeTexts(texts: readonly string[]): Promise<Float32Array> {
    if (this.text === undefined) throw new Error('this bundle reads no texts');
    const { session, encoding } = this.text;
    const ids = new BigInt64Array(texts.length * encoding.length);
    const weights = new Float32Array(texts.length * encoding.length);
    for (const [index, text] of texts.entries()) {
      const tokens = textTokens(text, encoding);
      ids.set(tokens.ids, index * encoding.length);
      weights.set(tokens.weights, index * encoding.length);
    }
    const shape = [texts.length, encoding.length];
    const { text_features: features } = await session.run(
      { token_ids: int64(shape, ids), token_weights: float32(shape, weights) },
      ['text_features'],
    );
    const rows = this.rows(features, texts.length);
    for (let row = 0; row < texts.length; row += 1) normalise(rows.subarray(row * this.dim, (row + 1) * this.dim));
    return rows;
  }

  private rows({ data, shape }: Tensor, count: number): Float32Array {
    if (data instanceof Float32Array && data.length === count * this.dim) return data.slice();
    throw new RecipeFailure(
      'artifact-refused',
      `The encoder: expected features f32 [${count}, ${this.dim}], found [${shape.join(', ')}].`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.vision.release();
    await this.text?.session.release();
  }
}
