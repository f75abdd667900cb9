import { type Crop, type ImagePreprocessing, MAX_QUERY_PICTURE_BYTES, MAX_QUERY_PICTURE_PIXELS } from '@graft/protocol';
import { decodePicture, Refusal, sharp } from '@graft/runner';

const FORMATS = 'a jpeg, png, webp or gif picture in base64';
/** A crop narrower or lower than this shows nothing that could be found again. */
const MIN_CROP_PIXELS = 4;

/** The bytes that a question sends. @throws Refusal naming `picture` */
export function pictureFromBase64(text: string): Buffer {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0)
    throw Refusal.of({ field: 'picture', expected: FORMATS, found: `${text.length} characters that are not base64` });
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > MAX_QUERY_PICTURE_BYTES)
    throw Refusal.of({
      field: 'picture',
      expected: `at most ${MAX_QUERY_PICTURE_BYTES} bytes`,
      found: `${bytes.length} bytes`,
    });
  return bytes;
}

/** The picture, or the part of it, as the encoder takes it: planar uint8. @throws Refusal naming `picture` or `crop` */
export async function decodeQueryPicture(
  bytes: Buffer,
  preprocessing: ImagePreprocessing,
  crop: Crop | undefined,
): Promise<Uint8Array> {
  const { width, height } = await sizeOf(bytes);
  const cut = crop && {
    left: Math.min(width - 1, Math.round(crop.x * width)),
    top: Math.min(height - 1, Math.round(crop.y * height)),
    width: Math.round(crop.width * width),
    height: Math.round(crop.height * height),
  };
  if (cut && (cut.width < MIN_CROP_PIXELS || cut.height < MIN_CROP_PIXELS))
    throw Refusal.of({
      field: 'crop',
      expected: `a part of at least ${MIN_CROP_PIXELS} by ${MIN_CROP_PIXELS} pixels of this picture of ${width} by ${height}`,
      found: `${cut.width} by ${cut.height}`,
    });
  try {
    return await decodePicture(
      bytes,
      preprocessing,
      cut && { ...cut, width: Math.min(cut.width, width - cut.left), height: Math.min(cut.height, height - cut.top) },
    );
  } catch {
    throw broken(bytes);
  }
}

/** Width and height as people see the picture, read from its header alone: nothing is decoded for a picture that claims too much. */
async function sizeOf(bytes: Buffer): Promise<{ width: number; height: number }> {
  const { autoOrient, width, height } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => {
      throw broken(bytes);
    });
  if (width * height > MAX_QUERY_PICTURE_PIXELS)
    throw Refusal.of({
      field: 'picture',
      expected: `at most ${MAX_QUERY_PICTURE_PIXELS} pixels`,
      found: `${width} by ${height}`,
    });
  return autoOrient;
}

const broken = (bytes: Buffer): Refusal =>
  Refusal.of({ field: 'picture', expected: FORMATS, found: `${bytes.length} bytes that do not decode` });
