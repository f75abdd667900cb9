import type { DatasetItem } from '@graft/protocol';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { differingBits, pictureHash } from './picture-hash.js';
import { findTwins } from './twins.js';

const SIZE = { width: 34, height: 32 };

/** A picture of smooth random waves: every cell differs from the next. */
function picture(seed: number): Uint8Array {
  const random = new Random(seed);
  const waves = Array.from({ length: 6 }, () => [random.next(), random.next(), random.next() * 6] as const);
  return Uint8Array.from({ length: 3 * SIZE.width * SIZE.height }, (_, at) => {
    const [x, y] = [at % SIZE.width, Math.floor(at / SIZE.width) % SIZE.height];
    return 128 + waves.reduce((sum, [a, b, phase]) => sum + 20 * Math.sin(a * x + b * y + phase), 0);
  });
}

function item(id: string, title: string, sha: string): DatasetItem {
  return {
    id,
    title,
    split: 'train',
    attributes: {},
    image: { sha256: sha.repeat(64).slice(0, 64), offset: 0, length: 1, width: 1, height: 1, format: 'png' },
  };
}

describe('pictureHash', () => {
  it('hardly changes with a little noise, and much with another picture', () => {
    const random = new Random(1);
    const noisy = picture(7).map((value) => value + random.below(3));
    const [original, near, other] = [picture(7), noisy, picture(8)].map((pixels) => pictureHash(pixels, SIZE));
    expect(differingBits(original!, original!)).toBe(0);
    expect(differingBits(original!, near!)).toBeLessThanOrEqual(6);
    expect(differingBits(original!, other!)).toBeGreaterThan(60);
  });
});

describe('findTwins', () => {
  const train = [item('a', 'Red Shirt', '1'), item('b', 'red shirt ', '2'), item('c', 'Hat', '1'), item('d', '', '3')];
  const validation = [item('v', 'RED SHIRT', '9'), item('w', 'Scarf', '1'), item('x', '', '8')];

  it('groups the same picture and the same title, whatever its case, and never empty titles', () => {
    const { duplicates } = findTwins({ train, validation }, undefined);
    expect(duplicates.pictures).toEqual({ groups: 1, items: 2, examples: [['a', 'c']] });
    expect(duplicates.titles).toEqual({ groups: 1, items: 2, examples: [['a', 'b']] });
    expect(duplicates.nearPictures).toBeNull();
  });

  it('names what validation shares with training', () => {
    const { leakage } = findTwins({ train, validation }, undefined);
    expect(leakage.titles).toEqual({ items: 1, examples: [{ train: 'b', validation: 'v' }] });
    expect(leakage.pictures).toEqual({ items: 1, examples: [{ train: 'c', validation: 'w' }] });
  });

  it('finds near pictures within training and across the splits', () => {
    const hash = (seed: number): Uint32Array => pictureHash(picture(seed), SIZE);
    const flipped = hash(1);
    flipped[3]! ^= 0b101;
    const found = findTwins(
      { train, validation },
      { train: [hash(1), hash(2), flipped, hash(4)], validation: [hash(5), flipped, hash(6)] },
    );
    expect(found.duplicates.nearPictures).toEqual({ groups: 1, items: 2, examples: [['a', 'c']] });
    expect(found.leakage.nearPictures).toEqual({
      items: 1,
      examples: [{ train: expect.stringMatching(/^[ac]$/), validation: 'w' }],
    });
  });
});
