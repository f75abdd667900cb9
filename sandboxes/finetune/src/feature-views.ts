import { float32, type Model, openSession } from '@graft/engine';
import { Random } from '@graft/runner';
import { PictureBatches } from './picture-batches.js';
import type { Setup } from './setup.js';

/** Features of each picture as it is, and of this many views of it less one. */
const VIEWS = 3;
const BATCH = 128;
/** Keeps the choice of views apart from the other streams that are derived from a run's seed. */
const VIEW_STREAM = 4001;

/** What a finished backbone says about the training pictures, in several views of each: computed once, read in every epoch. */
export class FeatureViews {
  private constructor(
    private readonly features: Float32Array,
    private readonly size: { readonly items: number; readonly width: number },
    private readonly seed: number,
  ) {}

  static async encode({ context, train, preprocessing, width }: Setup, backbone: Model): Promise<FeatureViews> {
    const { seed, threads } = context.task;
    const items = train.items.length;
    const features = new Float32Array(VIEWS * items * width);
    await using session = await openSession(backbone, { threads });
    for (let view = 0; view < VIEWS; view += 1) {
      const pictures = new PictureBatches(train, {
        preprocessing,
        augment: view > 0,
        seed: seed + view,
        capacity: BATCH,
      });
      for (let first = 0; first < items; first += BATCH) {
        const rows = Array.from({ length: Math.min(BATCH, items - first) }, (_, offset) => first + offset);
        const pixels = float32([rows.length, 3, preprocessing.height, preprocessing.width], pictures.fill(rows, first));
        const { [OUTPUT]: found } = await session.run({ pixel_values: pixels }, [OUTPUT]);
        features.set(found.data as Float32Array, (view * items + first) * width);
        context.progress((view + first / items) / VIEWS, 'reading finished features', `${first} of ${items}`);
        await context.breathe();
      }
    }
    return new FeatureViews(features, { items, width }, seed);
  }

  /** Features of `items` f32 [items.length, width], each in a view drawn by the batch's number. */
  fill(items: Uint32Array, batch: number): Float32Array {
    const { width, items: count } = this.size;
    const random = Random.derive(this.seed, VIEW_STREAM, batch);
    const filled = new Float32Array(items.length * width);
    for (const [slot, item] of items.entries()) {
      const row = random.below(VIEWS) * count + item;
      filled.set(this.features.subarray(row * width, (row + 1) * width), slot * width);
    }
    return filled;
  }
}

const OUTPUT = 'image_features';
