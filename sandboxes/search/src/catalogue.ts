import type { DatasetItem } from '@graft/protocol';
import { type Dataset, InputInvalid, Refusal, type Snapshot } from '@graft/runner';
import type { RowFilter } from './ranking.js';

/** Attribute -> values: any of the values, all of the attributes. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** One attribute of every row: `codes[row]` is the place of its value in `values`, or `MISSING`. */
interface Column {
  readonly values: ReadonlyMap<string, number>;
  readonly codes: Int32Array;
}

const MISSING = -1;

/** What is known of the items behind the rows of a snapshot. */
export class Catalogue {
  private readonly columns = new Map<string, Column>();

  private constructor(private readonly items: readonly DatasetItem[]) {
    for (const name of new Set(items.flatMap(({ attributes }) => Object.keys(attributes))))
      this.columns.set(name, columnOf(items, name));
  }

  /** @throws InputInvalid when the snapshot holds an item that the dataset does not */
  static of(dataset: Pick<Dataset, 'items'>, snapshot: Pick<Snapshot, 'ids'>): Catalogue {
    const byId = new Map(dataset.items.map((item) => [item.id, item]));
    const items = snapshot.ids.map((id) => {
      const item = byId.get(id);
      if (item !== undefined) return item;
      throw new InputInvalid(
        `dataset: expected the dataset version that the snapshot was made of, found one without the item ${id}.`,
      );
    });
    return new Catalogue(items);
  }

  item(row: number): DatasetItem {
    return this.items[row]!;
  }

  /** Whether both are described by the same attributes with the same values. */
  areAlike(a: number, b: number): boolean {
    for (const { codes } of this.columns.values()) if (codes[a] !== codes[b]) return false;
    return true;
  }

  /** @param without a row that is never found: the item that was asked with */
  filter(filters: Filters, without: number | undefined): RowFilter {
    const mask = new Uint8Array(this.items.length).fill(1);
    for (const [name, values] of Object.entries(filters)) this.keep(mask, name, values);
    if (without !== undefined) mask[without] = 0;
    let count = 0;
    for (const bit of mask) count += bit;
    return {
      count,
      has: (row) => mask[row] === 1,
      *rows() {
        for (let row = 0; row < mask.length; row += 1) if (mask[row] === 1) yield row;
      },
    };
  }

  private keep(mask: Uint8Array, name: string, wanted: readonly string[]): void {
    const column = this.columns.get(name);
    if (column === undefined)
      throw Refusal.of({
        field: `filters.${name}`,
        expected: `an attribute of this catalogue (${[...this.columns.keys()].join(', ') || 'it has none'})`,
        found: name,
      });
    const codes = new Set(wanted.flatMap((value) => column.values.get(value) ?? []));
    for (let row = 0; row < mask.length; row += 1) if (!codes.has(column.codes[row]!)) mask[row] = 0;
  }
}

function columnOf(items: readonly DatasetItem[], name: string): Column {
  const values = new Map<string, number>();
  const codes = Int32Array.from(items, ({ attributes }) => {
    if (!Object.hasOwn(attributes, name)) return MISSING;
    const value = attributes[name]!;
    const known = values.get(value);
    if (known !== undefined) return known;
    values.set(value, values.size);
    return values.size - 1;
  });
  return { values, codes };
}
