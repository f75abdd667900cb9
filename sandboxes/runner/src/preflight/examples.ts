import type { DatasetItem, ImagePreprocessing, PreflightReport } from '@graft/protocol';
import { NO_LABEL } from '../labels.js';
import { sharp } from '../picture-decoder.js';
import { pictureBytes } from '../pictures.js';
import { textTokens, tokensOf } from '../text-tokens.js';
import type { TextInputs, TrainingFeeds, TrainingInputs } from './training-inputs.js';

type Example = PreflightReport['examples'][number];

const SHOWN = 12;

/** The first rows of the first batch as the graph is fed them, turned back into what a person can look at. */
export async function examplesOf(feeds: TrainingFeeds, inputs: TrainingInputs): Promise<Example[]> {
  const chosen = inputs.itemsOf(0);
  return Promise.all(
    Array.from({ length: Math.min(SHOWN, chosen.length) }, async (_, row) => {
      const item = inputs.train[chosen[row]!]!;
      return {
        itemId: item.id,
        title: item.title,
        picture: inputs.pictures && (await pictureOf(feeds, row, inputs.pictures.preprocessing)),
        vector: inputs.pictures ? null : vectorOf(feeds, row, chosen.length),
        tokens: inputs.texts && tokensOfRow(feeds, row, inputs.texts, item),
        labels: Object.entries(inputs.labels).map(([target, labels]) => {
          const fed = Number(feeds[`labels.${target}`]![row]);
          const counted = fed !== NO_LABEL;
          return { target, label: counted ? labels[fed]! : (item.attributes[target] ?? null), counted };
        }),
      };
    }),
  );
}

/** Normalisation undone and rounded to 8 bits: what augmentation made brighter than white is shown as white. */
async function pictureOf(feeds: TrainingFeeds, row: number, preprocessing: ImagePreprocessing): Promise<string> {
  const { width, height, mean, std } = preprocessing;
  const area = width * height;
  const pixels = feeds['pixel_values']!.subarray(row * pictureBytes(preprocessing)) as Float32Array;
  const interleaved = new Uint8ClampedArray(3 * area);
  for (let channel = 0; channel < 3; channel += 1)
    for (let pixel = 0; pixel < area; pixel += 1)
      interleaved[3 * pixel + channel] = 255 * (pixels[channel * area + pixel]! * std[channel]! + mean[channel]!);
  const png = await sharp(interleaved, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

function vectorOf(feeds: TrainingFeeds, row: number, rows: number): Example['vector'] {
  const vectors = feeds['item_embeddings'] as Float32Array;
  const dim = vectors.length / rows;
  return { dim, length: Math.hypot(...vectors.subarray(row * dim, (row + 1) * dim)) };
}

/** The graph reads hashes only. Whichever of the item's texts hashes to them is the one that was read, and its tokens have names. */
function tokensOfRow(
  feeds: TrainingFeeds,
  row: number,
  { encoding, ...texts }: TextInputs,
  item: DatasetItem,
): Example['tokens'] {
  const from = row * encoding.length;
  const ids = feeds[texts.ids]!.subarray(from, from + encoding.length) as BigInt64Array;
  const weights = feeds[texts.weights]!.subarray(from, from + encoding.length) as Float32Array;
  const read = texts
    .readings(item)
    .find((text) => textTokens(text, encoding).ids.every((id, position) => id === ids[position]));
  if (read === undefined)
    throw new Error(`Item ${item.id}: expected feed "${texts.ids}" to hold one of its texts, found other tokens.`);
  return tokensOf(read, encoding)
    .slice(0, encoding.length)
    .map((text, position) => ({ text, id: Number(ids[position]), weight: weights[position]! }));
}
