import type { DatasetItem } from '@graft/protocol';
import type { Random } from '@graft/runner';

export interface HardGroupOptions {
  readonly attributes: readonly string[];
  /** Share of a batch that is drawn in groups. */
  readonly share: number;
  readonly groupSize: number;
}

/** Items that share attributes, for batches in which telling items apart takes more than those. */
export class HardGroups {
  private readonly groups = new Map<string, number[]>();
  private readonly keys: readonly (string | undefined)[];

  constructor(
    items: readonly DatasetItem[],
    private readonly options: HardGroupOptions,
  ) {
    this.keys = items.map(({ attributes }) => {
      const values = options.attributes.map((name) => attributes[name]);
      return values.includes(undefined) ? undefined : JSON.stringify(values);
    });
    for (const [item, key] of this.keys.entries()) {
      if (key === undefined) continue;
      const group = this.groups.get(key);
      if (group) group.push(item);
      else this.groups.set(key, [item]);
    }
  }

  /** How many items of a batch of `size` lead: the rest are companions of the first of them. */
  leadersOf(size: number): number {
    return size - this.groupsOf(size) * (this.options.groupSize - 1);
  }

  /** `size` items: the leaders, then for each of the first of them items of its group; a leader without a group gets any leader. */
  fill(leaders: Uint32Array, size: number, random: Random): Uint32Array {
    const items = new Uint32Array(size);
    items.set(leaders);
    let at = leaders.length;
    for (let group = 0; group < this.groupsOf(size); group += 1) {
      const members = this.groups.get(this.keys[leaders[group] as number] ?? '') ?? leaders;
      for (let companion = 1; companion < this.options.groupSize; companion += 1) {
        items[at] = members[random.below(members.length)] as number;
        at += 1;
      }
    }
    return items;
  }

  private groupsOf(size: number): number {
    return Math.floor((size * this.options.share) / this.options.groupSize);
  }
}
