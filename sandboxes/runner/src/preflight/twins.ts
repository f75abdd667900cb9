import type { DatasetItem, PreflightReport } from '@graft/protocol';
import { differingBits, HASH_WORDS, NEAR_BITS } from './picture-hash.js';

type Duplicates = PreflightReport['duplicates'];
type Leakage = PreflightReport['leakage'];
type Groups = Duplicates['titles'];
type Leak = Leakage['titles'];

const EXAMPLES = 12;
const GROUP_EXAMPLE = 6;
/** A near twin that shares only its emptiest word is missed beyond this many: a bound on time, not on memory. */
const LARGEST_BUCKET = 2000;

export interface Splits {
  readonly train: readonly DatasetItem[];
  readonly validation: readonly DatasetItem[];
}

/** Hashes of the items' pictures in the order of the splits; left out where no picture was decoded. */
export interface SplitHashes {
  readonly train: readonly Uint32Array[];
  readonly validation: readonly Uint32Array[];
}

/** Items of training that are the same, and items of validation that training has already seen. */
export function findTwins(
  splits: Splits,
  hashes: SplitHashes | undefined,
): { duplicates: Duplicates; leakage: Leakage } {
  const picture = (item: DatasetItem): string => item.image.sha256;
  const title = (item: DatasetItem): string => item.title.trim().toLowerCase();
  return {
    duplicates: {
      pictures: groupsOf(splits.train, picture),
      nearPictures: hashes ? nearGroups(splits.train, hashes.train) : null,
      titles: groupsOf(splits.train, title),
    },
    leakage: {
      pictures: leakOf(splits, picture),
      nearPictures: hashes ? nearLeak(splits, hashes) : null,
      titles: leakOf(splits, title),
    },
  };
}

/** Items without the property (an empty title) belong to no group. */
function groupsOf(items: readonly DatasetItem[], key: (item: DatasetItem) => string): Groups {
  const groups = [...Map.groupBy(items, key)].filter(([value, group]) => value !== '' && group.length > 1);
  return summary(groups.map(([, group]) => group.map(({ id }) => id)));
}

function leakOf({ train, validation }: Splits, key: (item: DatasetItem) => string): Leak {
  const seen = new Map(train.map((item) => [key(item), item.id]));
  const leaked = validation.flatMap((item) => {
    const twin = key(item) === '' ? undefined : seen.get(key(item));
    return twin === undefined ? [] : [{ train: twin, validation: item.id }];
  });
  return { items: leaked.length, examples: leaked.slice(0, EXAMPLES) };
}

function nearGroups(items: readonly DatasetItem[], hashes: readonly Uint32Array[]): Groups {
  const near = new NearHashes(hashes);
  const group = items.map((_, index) => index);
  for (const [index, hash] of hashes.entries()) {
    const twin = near.find(hash, (other) => other < index);
    if (twin !== undefined) group[index] = group[twin]!;
  }
  const groups = [...Map.groupBy(items.keys(), (index) => group[index]!).values()].filter(({ length }) => length > 1);
  return summary(groups.map((members) => members.map((index) => items[index]!.id)));
}

function nearLeak({ train, validation }: Splits, hashes: SplitHashes): Leak {
  const near = new NearHashes(hashes.train);
  const leaked = validation.flatMap((item, index) => {
    const twin = near.find(hashes.validation[index]!, () => true);
    return twin === undefined ? [] : [{ train: train[twin]!.id, validation: item.id }];
  });
  return { items: leaked.length, examples: leaked.slice(0, EXAMPLES) };
}

function summary(groups: readonly (readonly string[])[]): Groups {
  return {
    groups: groups.length,
    items: groups.reduce((sum, { length }) => sum + length, 0),
    examples: groups.slice(0, EXAMPLES).map((group) => group.slice(0, GROUP_EXAMPLE)),
  };
}

/** Finds hashes a few bits away without comparing all with all: with fewer differing bits than words, one word is equal. */
class NearHashes {
  private readonly byWord: readonly Map<number, number[]>[];

  constructor(private readonly hashes: readonly Uint32Array[]) {
    this.byWord = Array.from({ length: HASH_WORDS }, (_, word) =>
      Map.groupBy(hashes.keys(), (index) => hashes[index]![word]!),
    );
  }

  /** The first that is near and allowed. Words of empty ground are shared by thousands: those are looked at last and not for long. */
  find(hash: Uint32Array, allowed: (index: number) => boolean): number | undefined {
    for (const bucket of this.bucketsOf(hash)) {
      for (const index of bucket.slice(0, LARGEST_BUCKET)) {
        if (allowed(index) && differingBits(hash, this.hashes[index]!) <= NEAR_BITS) return index;
      }
    }
    return undefined;
  }

  private bucketsOf(hash: Uint32Array): (readonly number[])[] {
    return this.byWord
      .flatMap((words, word) => {
        const bucket = words.get(hash[word]!);
        return bucket ? [bucket] : [];
      })
      .sort((a, b) => a.length - b.length);
  }
}
