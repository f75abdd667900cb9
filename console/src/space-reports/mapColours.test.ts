import { describe, expect, it } from 'vitest';
import { colourScale, nearestPoint } from './mapColours.js';

describe('colourScale', () => {
  it('gives the most frequent values colours of their own and the rest one together', () => {
    const values = Array.from({ length: 12 }, (_, index) =>
      Array.from({ length: 20 - index }, () => `v${index}`),
    ).flat();
    const { legend, colourOf } = colourScale([...values, ''], 'light');
    expect(legend).toHaveLength(11);
    expect(legend.at(-1)).toMatchObject({ value: 'other values', count: 10 + 9 });
    expect(new Set(legend.map(({ colour }) => colour)).size).toBe(11);
    expect(colourOf('v11')).toBe(colourOf(''));
    expect(colourOf('v0')).not.toBe(colourOf('v1'));
  });
});

describe('nearestPoint', () => {
  const points = [
    { x: 0.1, y: 0.1 },
    { x: 0.12, y: 0.1 },
  ];

  it('is the nearest, and none in an empty corner', () => {
    expect(nearestPoint(points, 0.125, 0.1)).toBe(points[1]);
    expect(nearestPoint(points, 0.5, 0.5)).toBeNull();
  });
});
