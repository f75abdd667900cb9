import type { ImagePreprocessing, TextEncoding } from '@graft/protocol';
import { ItemStream, Random, textTokens, type TextTokens } from '@graft/runner';
import type { Neighbours } from './neighbours.js';
import { PictureBatches } from './picture-batches.js';
import type { PixelCache } from './pixel-cache.js';
import { contrastiveTargets, normalised } from './positives.js';
import { textFeeds } from './text-feeds.js';

/** How titles are read where the text tower is thrown away after training. */
export const TITLE_ENCODING: TextEncoding = {
  kind: 'hashed-words',
  buckets: 4096,
  length: 16,
  ngrams: 1,
  characters: 0,
};
/** Keeps the choice of partners apart from the other streams that are derived from a run's seed. */
const PARTNER_STREAM = 2002;
/** How often an item with neighbours is paired with one of them instead of with another view of itself. */
const NEIGHBOUR_SHARE = 0.5;

export interface ContrastiveBatchOptions {
  readonly preprocessing: ImagePreprocessing;
  readonly augment: boolean;
  readonly titles: boolean;
  readonly seed: number;
  readonly batchSize: number;
  readonly neighbours: Neighbours;
  readonly attributes: readonly { readonly name: string; readonly classes: Int32Array }[];
}

type Feeds = Record<string, Float32Array | BigInt64Array>;

/** Batches of pairs: anchors in the first half, in the second half each anchor's partner (a neighbour, or itself in another view). */
export class ContrastiveBatches {
  private readonly pictures: PictureBatches;
  private readonly stream: ItemStream;
  private readonly titles: readonly TextTokens[];

  constructor(
    private readonly train: PixelCache,
    private readonly options: ContrastiveBatchOptions,
  ) {
    this.pictures = new PictureBatches(train, { ...options, capacity: options.batchSize });
    this.stream = new ItemStream(train.items.length, options.seed);
    this.titles = options.titles ? train.items.map((item) => textTokens(item.title, TITLE_ENCODING)) : [];
  }

  /** Which items a batch holds, row by row. */
  itemsOf(step: number): number[] {
    const anchors = this.anchorsOf(step);
    return [...anchors, ...this.partnersOf(anchors, step)];
  }

  feeds(step: number): Feeds {
    const { attributes, neighbours } = this.options;
    const anchors = this.anchorsOf(step);
    const partners = this.partnersOf(anchors, step);
    const items = [...anchors, ...partners];
    const targets = contrastiveTargets(anchors, partners, {
      attributes: attributes.map(({ classes }) => classes),
      areNeighbours: (a, b) => neighbours.areNeighbours(a, b),
    });
    const labels = attributes.map(({ name, classes }) => [
      `labels.${name}`,
      BigInt64Array.from(items, (item) => BigInt(classes[item] as number)),
    ]);
    return {
      pixel_values: this.pictures.fill(items, step),
      'pairs.rows': targets.rows,
      'pairs.columns': targets.columns,
      ...Object.fromEntries(labels),
      ...(this.options.titles ? this.titleFeeds(items) : {}),
    };
  }

  private anchorsOf(step: number): Uint32Array {
    const pairs = this.options.batchSize / 2;
    return this.stream.take(step * pairs, pairs);
  }

  private partnersOf(anchors: Uint32Array, step: number): Uint32Array {
    const random = Random.derive(this.options.seed, PARTNER_STREAM, step);
    return anchors.map((anchor) => {
      const neighbour = random.next() < NEIGHBOUR_SHARE ? this.options.neighbours.draw(anchor, random) : undefined;
      return neighbour ?? anchor;
    });
  }

  private titleFeeds(items: readonly number[]): Feeds {
    const count = items.length;
    const { ids, weights } = textFeeds(
      items.map((item) => this.titles[item] as TextTokens),
      TITLE_ENCODING,
    );
    const matches = new Float32Array(count * count);
    for (const [row, item] of items.entries()) {
      for (const [column, other] of items.entries()) {
        matches[row * count + column] =
          item === other || this.train.items[item]?.title === this.train.items[other]?.title ? 1 : 0;
      }
    }
    const targets = normalised(matches, count);
    return {
      'titles.tokens': ids,
      'titles.weights': weights,
      'titles.rows': targets.rows,
      'titles.columns': targets.columns,
    };
  }
}
