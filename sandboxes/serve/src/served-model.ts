import { compose, float32, loadModel, openSession, type Session } from '@graft/engine';
import type { DatasetItem, ImagePreprocessing } from '@graft/protocol';
import {
  type Bundle,
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
  Snapshot,
  SpaceMismatch,
} from '@graft/runner';
import type { InferenceRequest, OutputTensor } from './inference-protocol.js';

type RequestInput = InferenceRequest['inputs'][number];

/** Turns a request's input into the batch that the model reads. */
interface Evidence extends AsyncDisposable {
  readonly port: 'pixel_values' | 'item_embeddings';
  /** Shape of one row of the batch. */
  readonly rowShape: readonly number[];
  batch(input: RequestInput): Promise<Float32Array>;
}

/** A bundle loaded with everything its requests need: encoder or projector and head in one graph. */
export class ServedModel implements AsyncDisposable {
  private constructor(
    private readonly session: Session,
    private readonly evidence: Evidence,
    private readonly labels: Readonly<Record<string, readonly string[]>>,
  ) {}

  static async open(context: RecipeContext<'serve'>): Promise<ServedModel> {
    const { input, task } = context;
    const bundle = await openBundle(context.inputPath(input.bundle));
    const evidence = bundle.manifest.components['item_projector']
      ? await storedVectors(context, bundle)
      : await pictures(context, bundle);
    const front = componentOf(bundle, evidence.port === 'item_embeddings' ? 'item_projector' : 'vision_encoder');
    const [first, second] = [
      await loadModel(graphPath(bundle, front)),
      await loadModel(graphPath(bundle, componentOf(bundle, 'head'))),
    ];
    const model = compose(
      { model: first, prefix: 'front.' },
      { model: second, prefix: 'head.' },
      { image_features: 'image_features' },
    );
    const session = await openSession(model, { threads: Math.min(input.threads, task.threads) });
    const served = new ServedModel(session, evidence, bundle.manifest.labels);
    // The first run allocates and plans; no request should pay for it.
    await served.run(new Float32Array(evidence.rowShape.reduce((product, size) => product * size, 1)), 1);
    return served;
  }

  /** `<target>.label` and `<target>.score` (the label's probability) for each item of the request. */
  async infer(request: InferenceRequest): Promise<OutputTensor[]> {
    const input = request.inputs[0]!;
    return this.run(await this.evidence.batch(input), input.data.length);
  }

  /** Inputs and outputs as the protocol's model metadata lists them. */
  ports(): { inputs: object[]; outputs: object[] } {
    const inputs = this.evidence.port === 'item_embeddings' ? ['item_ids'] : ['item_ids', 'images'];
    return {
      inputs: inputs.map((name) => ({ name, datatype: 'BYTES', shape: [-1] })),
      outputs: Object.keys(this.labels).flatMap((target) => [
        { name: `${target}.label`, datatype: 'BYTES', shape: [-1] },
        { name: `${target}.score`, datatype: 'FP32', shape: [-1] },
      ]),
    };
  }

  private async run(batch: Float32Array, count: number): Promise<OutputTensor[]> {
    const { port, rowShape } = this.evidence;
    const targets = Object.entries(this.labels);
    const outputs = await this.session.run(
      { [port]: float32([count, ...rowShape], batch) },
      targets.map(([target]) => `logits.${target}`),
    );
    return targets.flatMap(([target, labels]) => {
      const best = bestLabels(outputs[`logits.${target}`]?.data as Float32Array, labels);
      return [
        { name: `${target}.label`, datatype: 'BYTES', shape: [count], data: best.map(({ label }) => label) },
        { name: `${target}.score`, datatype: 'FP32', shape: [count], data: best.map(({ score }) => score) },
      ] satisfies OutputTensor[];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.release();
    await this.evidence[Symbol.asyncDispose]();
  }
}

/** The most probable label of each row of logits, with its softmax probability. */
function bestLabels(logits: Float32Array, labels: readonly string[]): { label: string; score: number }[] {
  return Array.from({ length: logits.length / labels.length }, (_, row) => {
    const scores = logits.subarray(row * labels.length, (row + 1) * labels.length);
    const top = Math.max(...scores);
    const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
    return { label: labels[scores.indexOf(top)] as string, score: 1 / total };
  });
}

async function storedVectors(context: RecipeContext<'serve'>, bundle: Bundle): Promise<Evidence> {
  const { snapshot: mount } = context.input;
  if (mount === null)
    throw new InputInvalid('snapshot: expected the snapshot whose vectors item_projector reads, found none.');
  const snapshot = await Snapshot.open(context.inputPath(mount));
  const expected = componentOf(bundle, 'item_projector').space?.id;
  const found = snapshot.manifest.space.id;
  if (expected !== found)
    throw new SpaceMismatch(`item_projector reads space ${expected ?? 'unknown'}, the snapshot holds ${found}.`);
  return {
    port: 'item_embeddings',
    rowShape: [snapshot.dim],
    batch: ({ name, data }) => {
      if (name === 'images')
        throw new Refusal(400, 'Input "images": this model reads stored vectors. Send "item_ids".');
      const vectors = new Float32Array(data.length * snapshot.dim);
      for (const [index, id] of data.entries()) {
        const row = snapshot.rowOf(id);
        if (row === undefined) throw unknownItem(id, 'the snapshot has no vector for it');
        snapshot.copyRow(row, vectors, index * snapshot.dim);
      }
      return Promise.resolve(vectors);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(snapshot[Symbol.dispose]()),
  };
}

async function pictures(context: RecipeContext<'serve'>, bundle: Bundle): Promise<Evidence> {
  const { preprocessing } = bundle.manifest;
  if (!preprocessing)
    throw new InputInvalid(
      `Bundle "${bundle.manifest.name}": expected "preprocessing" beside vision_encoder, found none.`,
    );
  const { dataset: mount } = context.input;
  const dataset = mount === null ? undefined : await Dataset.open(context.inputPath(mount));
  const items = new Map(dataset?.items.map((item) => [item.id, item]));
  const size = pictureBytes(preprocessing);
  const scaler = new PixelScaler(preprocessing);
  return {
    port: 'pixel_values',
    rowShape: [3, preprocessing.height, preprocessing.width],
    batch: async ({ name, data }) => {
      const sources =
        name === 'images' ? data.map((text) => Buffer.from(text, 'base64')) : await readPictures(dataset, items, data);
      const decoded = await Promise.all(
        sources.map((bytes, index) => decode(bytes, preprocessing, `${name}[${index}]`)),
      );
      const pixels = new Float32Array(decoded.length * size);
      for (const [index, picture] of decoded.entries()) scaler.write(picture, pixels, index * size);
      return pixels;
    },
    [Symbol.asyncDispose]: async () => dataset?.[Symbol.asyncDispose](),
  };
}

async function readPictures(
  dataset: Dataset | undefined,
  items: ReadonlyMap<string, DatasetItem>,
  ids: readonly string[],
): Promise<Buffer[]> {
  if (!dataset) throw new Refusal(400, 'Input "item_ids": this model was served without a dataset. Send "images".');
  const wanted = ids.map((id) => {
    const item = items.get(id);
    if (!item) throw unknownItem(id, 'the dataset has no such item');
    return item;
  });
  return Promise.all(wanted.map((item) => dataset.readPicture(item)));
}

async function decode(bytes: Buffer, preprocessing: ImagePreprocessing, where: string): Promise<Uint8Array> {
  try {
    return await decodePicture(bytes, preprocessing);
  } catch {
    throw new Refusal(
      400,
      `Input ${where}: expected a jpeg, png, webp or gif picture in base64, found ${bytes.length} bytes that do not decode.`,
    );
  }
}

function unknownItem(id: string, reason: string): Refusal {
  return new Refusal(400, `Input "item_ids": unknown item ${JSON.stringify(id.slice(0, 130))}: ${reason}.`);
}
