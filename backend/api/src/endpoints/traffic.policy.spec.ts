import { describe, expect, it } from 'vitest';
import { checkedWeights, checkSameVariants, checkVariants } from './traffic.policy.js';

describe('weights', () => {
  it('scales thirds to exactly 1', () => {
    const weights = checkedWeights(['a', 'b', 'c'].map((name) => ({ name, weight: 0.3333 })));
    expect(weights.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  });
  it('refuses what does not add up, and says to what it does', () => {
    expect(() =>
      checkedWeights([
        { name: 'a', weight: 0.5 },
        { name: 'b', weight: 0.4 },
      ]),
    ).toThrow('weights that add up to 1, found a sum of 0.9');
  });
});

describe('variants', () => {
  const control = { name: 'native', role: 'control', weight: 0.5 } as const;
  it('needs one control', () => {
    expect(() => checkVariants([control, { ...control, name: 'other' }])).toThrow(
      'exactly one variant with role control, found 2',
    );
  });
  it('refuses a name twice', () => {
    expect(() => checkVariants([control, { ...control, role: 'treatment' }])).toThrow('variants[1].name');
  });
  it('takes weights for all variants and no others', () => {
    const half = { weight: 0.5 };
    expect(() =>
      checkSameVariants(
        ['a', 'b'],
        [
          { name: 'a', ...half },
          { name: 'b', ...half },
        ],
      ),
    ).not.toThrow();
    expect(() => checkSameVariants(['a', 'b'], [{ name: 'a', weight: 1 }])).toThrow('none for b');
    expect(() =>
      checkSameVariants(
        ['a', 'b'],
        [
          { name: 'a', ...half },
          { name: 'c', ...half },
        ],
      ),
    ).toThrow('one of a, b');
    expect(() =>
      checkSameVariants(
        ['a'],
        [
          { name: 'a', ...half },
          { name: 'a', ...half },
        ],
      ),
    ).toThrow('a again');
  });
});
