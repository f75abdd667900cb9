import { describe, expect, it } from 'vitest';
import { canonicalJson } from './formats/canonical-json.js';
import { ItemId, Name, RelativePath } from './ids.js';
import { Event } from './event.js';

describe('names that reach a file system', () => {
  it.each(['..', '../x', '/etc', 'a//b', 'a/../b', '.hidden', 'a\0b', '', 'x'.repeat(600), 'a\nb'])(
    'path %j is refused',
    (path) => {
      expect(RelativePath.safeParse(path).success).toBe(false);
    },
  );

  it.each(['snapshot', 'a/b.safetensors', 'model v2.onnx'])('path %j is taken', (path) => {
    expect(RelativePath.safeParse(path).success).toBe(true);
  });

  it.each(['', '-x', 'a b', 'ä', 'x'.repeat(129), '../a'])('item id %j is refused', (id) => {
    expect(ItemId.safeParse(id).success).toBe(false);
    expect(Name.safeParse(id).success).toBe(false);
  });
});

it('writes equal values as equal bytes, whatever the order of their keys', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x' })).toBe('{"a":"x","b":[{"c":null,"d":1}]}');
  expect(canonicalJson({ a: 'x', b: [{ c: null, d: 1 }] })).toBe(canonicalJson({ b: [{ d: 1, c: null }], a: 'x' }));
});

it('takes no event that lacks its identity', () => {
  expect(Event.safeParse({ type: 'ready' }).success).toBe(false);
});
