import type { SearchRequest } from '@graft/protocol';
import { type Dataset, Refusal, type Snapshot } from '@graft/runner';
import type { Catalogue } from './catalogue.js';
import { combine } from './combination.js';
import type { QueryEncoder } from './query-encoder.js';
import { decodeQueryPicture, pictureFromBase64 } from './query-picture.js';
import type { RowVectors } from './row-vectors.js';

/** Titles whose mean is the neutral text; taken evenly from all over the catalogue. */
const NEUTRAL_TITLES = 512;

/** Where a question's evidence comes from. */
export interface Sources {
  readonly dataset: Dataset;
  readonly snapshot: Snapshot;
  readonly catalogue: Catalogue;
  readonly rows: RowVectors;
  readonly encoder: QueryEncoder;
}

/** A question as one vector of length 1, and the row of the item it was asked with. */
export interface Question {
  readonly vector: Float32Array;
  readonly row: number | undefined;
}

/** Reads what is asked: decodes, cuts, encodes and combines. */
export class QuestionReader {
  private constructor(
    private readonly sources: Sources,
    private readonly neutral: Float32Array,
  ) {}

  static async open(sources: Sources): Promise<QuestionReader> {
    return new QuestionReader(sources, await neutralText(sources));
  }

  /** @throws Refusal naming the field at fault */
  async read(request: SearchRequest): Promise<Question> {
    const { snapshot } = this.sources;
    const row = request.item === undefined ? undefined : snapshot.rowOf(request.item);
    if (request.item !== undefined && row === undefined)
      throw Refusal.of({ field: 'item', expected: 'an item of the snapshot', found: request.item });
    const said = request.text === undefined ? undefined : await this.readText(request.text);
    const seen = await this.readPicture(request, row);
    return { vector: combine({ seen, said }, request.weights, this.neutral), row };
  }

  private async readPicture(
    { picture, crop }: SearchRequest,
    row: number | undefined,
  ): Promise<Float32Array | undefined> {
    const { dataset, catalogue, rows, encoder } = this.sources;
    if (row !== undefined && crop === undefined) return rows.unit(row);
    const bytes =
      picture !== undefined
        ? pictureFromBase64(picture)
        : row !== undefined
          ? await dataset.readPicture(catalogue.item(row))
          : undefined;
    if (bytes === undefined) return undefined;
    return await encoder.encodePicture(await decodeQueryPicture(bytes, encoder.preprocessing, crop));
  }

  private async readText(text: string): Promise<Float32Array> {
    const { encoder } = this.sources;
    if (!encoder.readsTexts)
      throw Refusal.of({
        field: 'text',
        expected: 'no text: the encoder of this index reads pictures only. Train a dual encoder to search by text',
        found: 'a text',
      });
    return await encoder.encodeTexts([text]);
  }
}

async function neutralText({ catalogue, rows, encoder }: Sources): Promise<Float32Array> {
  const neutral = new Float32Array(rows.dim);
  const count = Math.min(NEUTRAL_TITLES, rows.count);
  if (!encoder.readsTexts || count === 0) return neutral;
  const titles = Array.from({ length: count }, (_, n) => catalogue.item(Math.floor((n * rows.count) / count)).title);
  const vectors = await encoder.encodeTexts(titles.map((title) => title || ' '));
  for (let at = 0; at < vectors.length; at += 1) neutral[at % rows.dim]! += vectors[at]! / count;
  return neutral;
}
