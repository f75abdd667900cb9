import type { SearchRequest } from '../api/schemas.js';

export type Crop = NonNullable<SearchRequest['crop']>;

export interface QueryPicture {
  readonly name: string;
  /** A data URI, which the browser shows and whose base64 part the server reads. */
  readonly url: string;
}

/** What a person has put together so far. */
export interface Question {
  readonly picture: QueryPicture | null;
  readonly item: { readonly id: string; readonly title: string } | null;
  readonly crop: Crop | null;
  readonly text: string;
  /** How much the words count beside what is seen, 0..1. */
  readonly said: number;
  readonly filters: Readonly<Record<string, string>>;
  readonly limit: number;
}

export const emptyQuestion: Question = {
  picture: null,
  item: null,
  crop: null,
  text: '',
  said: 0.6,
  filters: {},
  limit: 24,
};

/** The server reads pictures up to this size. */
export const largestPictureBytes = 8_000_000;

/** The request for a question; null while there is nothing to look for. */
export function requestOf({ picture, item, crop, text, said, filters, limit }: Question): SearchRequest | null {
  const words = text.trim();
  const seen = picture !== null || item !== null;
  if (!seen && words === '') return null;
  const chosen = Object.entries(filters).filter(([, value]) => value !== '');
  return {
    ...(picture && { picture: picture.url.slice(picture.url.indexOf(',') + 1) }),
    ...(item && !picture && { item: item.id }),
    ...(crop && seen && { crop }),
    ...(words !== '' && { text: words }),
    ...(words !== '' && seen && { weights: { seen: round(2 * (1 - said)), said: round(2 * said) } }),
    filters: Object.fromEntries(chosen.map(([name, value]) => [name, [value]])),
    limit,
    offset: 0,
    fold: 'near',
    exact: false,
  };
}

/** A crop from two corners in fractions of the picture, in any order; null when it is hardly a crop. */
export function cropBetween(a: { x: number; y: number }, b: { x: number; y: number }): Crop | null {
  const inside = (value: number): number => Math.min(1, Math.max(0, value));
  const [left, right] = [inside(Math.min(a.x, b.x)), inside(Math.max(a.x, b.x))];
  const [top, bottom] = [inside(Math.min(a.y, b.y)), inside(Math.max(a.y, b.y))];
  if (right - left < 0.05 || bottom - top < 0.05) return null;
  return { x: round(left), y: round(top), width: round(right - left), height: round(bottom - top) };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
