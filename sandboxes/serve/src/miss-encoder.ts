import { float32, openSession, type Session } from '@graft/engine';
import type { DatasetItem } from '@graft/protocol';
import {
  componentOf,
  Dataset,
  decodePicture,
  graphPath,
  InputInvalid,
  openBundle,
  pictureBytes,
  PixelScaler,
  type RecipeContext,
  Refusal,
  SpaceMismatch,
} from '@graft/runner';

/** Vectors kept in memory; the next snapshot brings them for good. */
const MAX_KEPT = 10_000;
const REPORT_EVERY_MS = 1_000;

interface Tools {
  readonly dataset: Dataset;
  readonly items: ReadonlyMap<string, DatasetItem>;
  readonly session: Session;
  /** The vector of one picture, [dim]. */
  encode(item: DatasetItem): Promise<Float32Array>;
}

/**
 * Encodes the pictures of items that joined the dataset after the snapshot was made, with the encoder that made it. Opened by the first
 * miss: most servers never need it. Each miss is counted, so that the platform makes a snapshot that has the item.
 */
export class MissEncoder implements AsyncDisposable {
  private tools: Promise<Tools> | undefined;
  private readonly kept = new Map<string, Float32Array>();
  private missed = 0;
  private reported = 0;
  private report: NodeJS.Timeout | undefined;

  constructor(
    private readonly context: RecipeContext<'serve'>,
    private readonly space: { readonly id: string; readonly dim: number },
  ) {}

  /** The vectors of those of these items that the dataset has. */
  async encode(ids: readonly string[]): Promise<Map<string, Float32Array>> {
    const found = new Map<string, Float32Array>();
    const { dataset, encoder } = this.context.input;
    if (ids.length === 0 || dataset === null || encoder === null) return found;
    this.tools ??= this.open(dataset, encoder).catch((error: unknown) => {
      this.tools = undefined;
      throw error;
    });
    const { items, encode } = await this.tools;
    for (const id of ids) {
      const item = items.get(id);
      if (item === undefined) continue;
      const vector = this.kept.get(id) ?? (await encode(item));
      this.keep(id, vector);
      found.set(id, vector);
    }
    this.count(found.size);
    return found;
  }

  private keep(id: string, vector: Float32Array): void {
    // Set anew, it is the youngest: the oldest goes first.
    this.kept.delete(id);
    this.kept.set(id, vector);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
  }

  /** Says how many there were since the last time, at most once a second. */
  private count(misses: number): void {
    this.missed += misses;
    if (misses === 0) return;
    this.report ??= setTimeout(() => {
      this.report = undefined;
      this.context.metric('encoded_on_miss', this.missed, this.missed - this.reported);
      this.reported = this.missed;
    }, REPORT_EVERY_MS);
  }

  private async open(datasetMount: string, encoderMount: string): Promise<Tools> {
    const bundle = await openBundle(this.context.inputPath(encoderMount));
    const component = componentOf(bundle, 'vision_encoder');
    const { preprocessing } = bundle.manifest;
    if (component.space?.id !== this.space.id)
      throw new SpaceMismatch(
        `The encoder writes space ${component.space?.id ?? 'unknown'}, the snapshot holds ${this.space.id}.`,
      );
    if (!preprocessing)
      throw new InputInvalid(`Bundle "${bundle.manifest.name}": expected "preprocessing", found none.`);
    const dataset = await Dataset.open(this.context.inputPath(datasetMount));
    const session = await openSession(graphPath(bundle, component), { threads: this.context.input.threads });
    const scaler = new PixelScaler(preprocessing);
    const { width, height } = preprocessing;
    return {
      dataset,
      session,
      items: new Map(dataset.items.map((item) => [item.id, item])),
      encode: async (item) => {
        const pixels = new Float32Array(pictureBytes(preprocessing));
        scaler.write(await decodePicture(await dataset.readPicture(item), preprocessing), pixels, 0);
        const { image_features: features } = await session.run(
          { pixel_values: float32([1, 3, height, width], pixels) },
          ['image_features'],
        );
        if (!(features.data instanceof Float32Array) || features.data.length !== this.space.dim)
          throw new Refusal(400, `Item ${item.id}: its picture gave a vector of shape [${features.shape.join(', ')}].`);
        return features.data.slice();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.report);
    const tools = await this.tools;
    await tools?.session.release();
    await tools?.dataset[Symbol.asyncDispose]();
  }
}
