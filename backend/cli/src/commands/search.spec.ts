import { expect, it } from 'vitest';
import { parseCrop, parseFilters } from './search.js';

it('reads filters: values of one attribute together, values with an equals sign whole', () => {
  expect(parseFilters(['colour=blue', 'kind=shirt', 'colour=red', 'note=a=b'])).toEqual({
    colour: ['blue', 'red'],
    kind: ['shirt'],
    note: ['a=b'],
  });
  expect(() => parseFilters(['blue'])).toThrow('expected ATTRIBUTE=VALUE');
});

it('reads a crop and refuses anything else', () => {
  expect(parseCrop('0.25,0,0.5,1')).toEqual({ x: 0.25, y: 0, width: 0.5, height: 1 });
  for (const wrong of ['', '0,0,1', '0,0,1,1,1', 'a,b,c,d']) expect(() => parseCrop(wrong)).toThrow('--crop: expected');
});
