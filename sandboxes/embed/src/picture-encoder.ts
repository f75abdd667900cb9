import { float32, openSession, type Session } from '@graft/engine';
import type { DatasetItem, ImagePreprocessing, Space } from '@graft/protocol';
import {
  type Bundle,
  componentOf,
  type Dataset,
  decodeItems,
  graphPath,
  InputInvalid,
  pictureBytes,
  PixelScaler,
  RecipeFailure,
} from '@graft/runner';

/** A bundle's vision_encoder, ready to turn pictures into vectors of its space. */
export class PictureEncoder implements AsyncDisposable {
  private readonly scaler: PixelScaler;
  private readonly pixelsPerPicture: number;

  private constructor(
    private readonly session: Session,
    private readonly preprocessing: ImagePreprocessing,
    readonly space: Space,
  ) {
    this.scaler = new PixelScaler(preprocessing);
    this.pixelsPerPicture = pictureBytes(preprocessing);
  }

  static async open(bundle: Bundle, threads: number): Promise<PictureEncoder> {
    const component = componentOf(bundle, 'vision_encoder');
    const { preprocessing } = bundle.manifest;
    if (!preprocessing)
      throw new InputInvalid(
        `Bundle "${bundle.manifest.name}": expected "preprocessing" beside vision_encoder, found none.`,
      );
    if (!component.space) {
      throw new InputInvalid(
        `Bundle "${bundle.manifest.name}": vision_encoder names no embedding space. Export it with finetune, which gives it one.`,
      );
    }
    return new PictureEncoder(
      await openSession(graphPath(bundle, component), { threads }),
      preprocessing,
      component.space,
    );
  }

  get dim(): number {
    return this.space.definition.dim;
  }

  /** Encodes items in batches and returns their vectors, row-major [items.length, dim]. */
  async encode(dataset: Dataset, items: readonly DatasetItem[], batchSize: number): Promise<Float32Array> {
    const vectors = new Float32Array(items.length * this.dim);
    const pixels = new Float32Array(Math.min(batchSize, items.length) * this.pixelsPerPicture);
    let filled = 0;
    let written = 0;
    for await (const picture of decodeItems(dataset, items, this.preprocessing)) {
      this.scaler.write(picture, pixels, filled * this.pixelsPerPicture);
      filled += 1;
      if (filled < batchSize && written + filled < items.length) continue;
      vectors.set(await this.run(pixels.subarray(0, filled * this.pixelsPerPicture), filled), written * this.dim);
      written += filled;
      filled = 0;
    }
    return vectors;
  }

  private async run(pixels: Float32Array, count: number): Promise<Float32Array> {
    const { width, height } = this.preprocessing;
    const { image_features: features } = await this.session.run(
      { pixel_values: float32([count, 3, height, width], pixels) },
      ['image_features'],
    );
    const { data } = features;
    if (!(data instanceof Float32Array) || data.length !== count * this.dim) {
      throw new RecipeFailure(
        'artifact-refused',
        `vision_encoder: expected image_features f32 [${count}, ${this.dim}], found [${features.shape.join(', ')}].`,
      );
    }
    return data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.release();
  }
}
