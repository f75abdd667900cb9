import type { DatasetItem, ImagePreprocessing } from '@graft/protocol';
import {
  type Bundle,
  Dataset,
  decodePicture,
  InputInvalid,
  pictureBytes,
  PixelScaler,
  type RecipeContext,
  Refusal,
} from '@graft/runner';
import { type Evidence, unknownItem } from './evidence.js';

/** For a bundle with a vision_encoder: pictures from the request, or those of the dataset's items. */
export async function pictures(context: RecipeContext<'serve'>, bundle: Bundle): Promise<Evidence> {
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
    inputs: [
      { name: 'item_ids', datatype: 'BYTES', shape: [-1] },
      { name: 'images', datatype: 'BYTES', shape: [-1] },
    ],
    batch: async ({ inputs: [input] }) => {
      if (input.name === 'item_embeddings')
        throw new Refusal(400, 'Input "item_embeddings": this model reads pictures. Send "images" or "item_ids".');
      const { name, data } = input;
      const sources =
        name === 'images' ? data.map((text) => Buffer.from(text, 'base64')) : await readPictures(dataset, items, data);
      const decoded = await Promise.all(
        sources.map((bytes, index) => decode(bytes, preprocessing, `${name}[${index}]`)),
      );
      const rows = new Float32Array(decoded.length * size);
      for (const [index, picture] of decoded.entries()) scaler.write(picture, rows, index * size);
      return { rows, count: decoded.length, encodedOnMiss: 0 };
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
