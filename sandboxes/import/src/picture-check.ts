import { createHash } from 'node:crypto';
import type { DatasetItem } from '@graft/protocol';
import { sharp } from '@graft/runner';
import { RowProblem } from './row-problem.js';

type PictureFormat = DatasetItem['image']['format'];

/** What a dataset item says about its picture, apart from where it lies. */
export type PictureFacts = Omit<DatasetItem['image'], 'offset'>;

/** Decodes a picture to its last pixel: a header alone does not prove that training will be able to read it. */
export async function checkPicture(bytes: Buffer, maxPixels: number): Promise<PictureFacts | RowProblem> {
  try {
    const { format, width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (!isPictureFormat(format))
      return new RowProblem('image-broken', `Expected a jpeg, png, webp or gif picture, found ${format}.`);
    if (width * height > maxPixels) {
      return new RowProblem('image-too-large', `Expected at most ${maxPixels} pixels, found ${width} x ${height}.`);
    }
    // Asking for the raw pixels decodes the whole picture.
    await sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels }).raw().toBuffer();
    return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), width, height, format };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return new RowProblem('image-broken', `The picture does not decode: ${reason}`);
  }
}

function isPictureFormat(format: string): format is PictureFormat {
  return format === 'jpeg' || format === 'png' || format === 'webp' || format === 'gif';
}
