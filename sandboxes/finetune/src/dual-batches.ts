import type { DatasetItem, TextEncoding } from '@graft/protocol';
import { ItemStream, labelFeeds, type LabelVocabulary, Random, textTokens, type TextTokens } from '@graft/runner';
import type { HardGroups } from './hard-groups.js';
import type { Neighbours } from './neighbours.js';
import { contrastiveTargets, normalised } from './positives.js';
import { textFeeds } from './text-feeds.js';

/** Keep these choices apart from the other streams that are derived from a run's seed. */
const GROUP_STREAM = 3001;
const TEXT_STREAM = 3002;
const PARTNER_STREAM = 3003;

export interface DualBatchOptions {
  /** What the batch holds of its items' pictures: pixels, or features. */
  readonly pictures: (items: Uint32Array, batch: number) => Feeds;
  readonly seed: number;
  readonly batchSize: number;
  readonly encoding: TextEncoding;
  /** Share of the texts that carry the attributes beside the title. */
  readonly metadata: number;
  /** Share of the tokens that are left out. */
  readonly dropout: number;
  readonly labels: LabelVocabulary;
  readonly groups: HardGroups | null;
  /** Null where the dataset has no pairs: then no item needs a partner. */
  readonly neighbours: Neighbours | null;
  /** Whether `texts.rows` and `texts.columns` are shares that sum to 1, or 1 for each pair that belongs together. */
  readonly shares: boolean;
}

export type Feeds = Record<string, Float32Array | BigInt64Array>;

/**
 * Batches of pictures with a text each. With neighbours the second half of a batch are partners of the first: a neighbour, or the
 * item itself in another view.
 */
export class DualBatches {
  private readonly stream: ItemStream;
  private readonly titles: readonly TextTokens[];
  private readonly described: readonly TextTokens[];
  /** Equal for items with the same title. */
  private readonly titleKeys: Int32Array;
  private readonly labels: (chosen: Uint32Array) => Record<string, BigInt64Array>;

  constructor(
    items: readonly DatasetItem[],
    private readonly options: DualBatchOptions,
  ) {
    const { encoding } = options;
    this.stream = new ItemStream(items.length, options.seed);
    this.titles = items.map(({ title }) => textTokens(title, encoding));
    this.described = options.metadata > 0 ? items.map((item) => textTokens(item, encoding)) : [];
    this.titleKeys = keysOf(items.map(({ title }) => title.trim().toLowerCase()));
    this.labels = labelFeeds(items, options.labels);
  }

  /** Which items a batch holds, row by row. */
  itemsOf(batch: number): Uint32Array {
    const { anchors, partners } = this.pairsOf(batch);
    return Uint32Array.of(...anchors, ...partners);
  }

  feeds(batch: number): Feeds {
    const { neighbours } = this.options;
    const { anchors, partners } = this.pairsOf(batch);
    const items = Uint32Array.of(...anchors, ...partners);
    return {
      ...this.options.pictures(items, batch),
      ...this.textsOf(items, batch),
      ...this.labels(items),
      ...(neighbours ? pairTargets(anchors, partners, neighbours) : {}),
    };
  }

  private pairsOf(batch: number): { anchors: Uint32Array; partners: Uint32Array } {
    const { batchSize, neighbours } = this.options;
    const anchors = this.chosen(batch, neighbours ? batchSize / 2 : batchSize);
    return { anchors, partners: neighbours ? this.partnersOf(anchors, neighbours, batch) : new Uint32Array(0) };
  }

  private chosen(batch: number, count: number): Uint32Array {
    const { groups, seed } = this.options;
    if (!groups) return this.stream.take(batch * count, count);
    const leaders = groups.leadersOf(count);
    return groups.fill(this.stream.take(batch * leaders, leaders), count, Random.derive(seed, GROUP_STREAM, batch));
  }

  private partnersOf(anchors: Uint32Array, neighbours: Neighbours, batch: number): Uint32Array {
    const random = Random.derive(this.options.seed, PARTNER_STREAM, batch);
    return anchors.map((anchor) => neighbours.draw(anchor, random) ?? anchor);
  }

  private textsOf(items: Uint32Array, batch: number): Feeds {
    const { metadata, dropout, encoding, seed } = this.options;
    const random = Random.derive(seed, TEXT_STREAM, batch);
    const rows = Array.from(items, (item) => {
      const whole = (random.next() < metadata ? this.described : this.titles)[item] as TextTokens;
      return dropout === 0 ? whole : thinned(whole, dropout, random);
    });
    const { ids, weights } = textFeeds(rows, encoding);
    return { 'texts.ids': ids, 'texts.weights': weights, ...this.matches(items) };
  }

  /** Items with the same title belong together: their texts cannot tell which picture is meant. */
  private matches(items: Uint32Array): Feeds {
    const count = items.length;
    const matches = new Float32Array(count * count);
    for (let row = 0; row < count; row += 1) {
      const key = this.titleKeys[items[row] as number];
      for (let column = 0; column < count; column += 1)
        if (this.titleKeys[items[column] as number] === key) matches[row * count + column] = 1;
    }
    if (!this.options.shares) return { 'texts.matches': matches };
    const { rows, columns } = normalised(matches, count);
    return { 'texts.rows': rows, 'texts.columns': columns };
  }
}

/** A number for each distinct text, in the order of `texts`. */
function keysOf(texts: readonly string[]): Int32Array {
  const keys = new Map<string, number>();
  return Int32Array.from(texts, (text) => {
    const key = keys.get(text) ?? keys.size;
    keys.set(text, key);
    return key;
  });
}

/** A text without some of its tokens; what is left weighs as much as the whole did. A text keeps at least one. */
export function thinned({ ids, weights }: TextTokens, dropout: number, random: Random): TextTokens {
  const count = weights.findLastIndex((weight) => weight > 0) + 1;
  const kept = Array.from({ length: count }, () => random.next() >= dropout);
  const left = kept.filter(Boolean).length;
  if (left === 0) return { ids, weights };
  return { ids, weights: weights.map((_, at) => (kept[at] ? 1 / left : 0)) };
}

function pairTargets(anchors: Uint32Array, partners: Uint32Array, neighbours: Neighbours): Feeds {
  const targets = contrastiveTargets(anchors, partners, {
    attributes: [],
    areNeighbours: (a, b) => neighbours.areNeighbours(a, b),
  });
  return { 'pairs.rows': targets.rows, 'pairs.columns': targets.columns };
}
