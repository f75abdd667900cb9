import type { DatasetItem } from '@graft/protocol';
import { describe, expect, it } from 'vitest';
import { Catalogue } from './catalogue.js';

const image = { offset: 0, length: 1, sha256: 'a'.repeat(64), width: 1, height: 1, format: 'png' } as const;
const item = (id: string, attributes: Record<string, string>): DatasetItem => ({
  id,
  title: id,
  attributes,
  split: 'train',
  image,
});
const items = [
  item('a', { colour: 'blue', kind: 'shirt' }),
  item('b', { colour: 'red', kind: 'shirt' }),
  item('c', { colour: 'blue', kind: 'shoe' }),
  item('d', { kind: 'shoe' }),
];
const catalogue = Catalogue.of({ items: items.toReversed() }, { ids: ['a', 'b', 'c', 'd'] });
const found = (filters: Record<string, string[]>, without?: number) => {
  const filter = catalogue.filter(filters, without);
  const rows = [...filter.rows()];
  expect(filter.count).toBe(rows.length);
  expect(rows.every((row) => filter.has(row))).toBe(true);
  return rows;
};

describe('filters', () => {
  it('let everything through where there is none', () => expect(found({})).toEqual([0, 1, 2, 3]));
  it('take any of several values', () => expect(found({ colour: ['blue', 'red'] })).toEqual([0, 1, 2]));
  it('take items that pass all of several attributes', () =>
    expect(found({ colour: ['blue'], kind: ['shoe'] })).toEqual([2]));
  it('match nothing with a value that no item has, nor an item without the attribute', () => {
    expect(found({ colour: ['green'] })).toEqual([]);
    expect(found({ colour: [''] })).toEqual([]);
  });
  it('leave out the item that was asked with', () => expect(found({ kind: ['shirt'] }, 0)).toEqual([1]));
  it.each(['brand', 'constructor', '__proto__'])('refuse the unknown attribute %s, naming those there are', (name) => {
    const filters = JSON.parse(`{"${name}":["x"]}`) as Record<string, string[]>;
    expect(() => catalogue.filter(filters, undefined)).toThrow(
      `filters.${name}: expected an attribute of this catalogue (colour, kind), found ${name}`,
    );
  });
});

it('says which items are described alike', () => {
  const twins = Catalogue.of({ items: [...items, item('e', { kind: 'shoe' })] }, { ids: ['a', 'c', 'd', 'e'] });
  expect([twins.areAlike(2, 3), twins.areAlike(1, 2), twins.areAlike(0, 1)]).toEqual([true, false, false]);
});

it('refuses a snapshot with an item that the dataset does not have', () => {
  expect(() => Catalogue.of({ items }, { ids: ['a', 'z'] })).toThrow('without the item z');
});
