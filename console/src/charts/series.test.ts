import { describe, expect, it } from 'vitest';
import { differenceScale } from './differenceScale.js';
import { decades, groupByQuantity, metricSeries, shareAxis, thin } from './series.js';

const metric = (name: string, step: number, value: number) => ({ name, step, value, at: '2026-01-01T00:00:00Z' });

describe('curves from metrics', () => {
  it('orders steps and keeps the later value of a step that a resumed run repeated', () => {
    expect(metricSeries([metric('loss', 2, 1), metric('loss', 1, 3), metric('loss', 2, 0.5)])).toEqual([
      {
        id: 'loss',
        label: 'loss',
        points: [
          { x: 1, y: 3 },
          { x: 2, y: 0.5 },
        ],
      },
    ]);
  });

  it('puts what measures the same into one chart', () => {
    const groups = groupByQuantity(
      metricSeries([
        metric('learning_rate', 1, 1),
        metric('val/accuracy/colour', 1, 1),
        metric('loss', 1, 1),
        metric('loss/colour', 1, 1),
      ]),
    );
    expect(groups.map(({ quantity, series }) => [quantity, series.length])).toEqual([
      ['loss', 2],
      ['accuracy', 1],
      ['learning_rate', 1],
    ]);
  });

  it('shares one axis and leaves gaps empty', () => {
    const [a, b] = metricSeries([metric('a', 1, 10), metric('a', 2, 20), metric('b', 2, 5)]);
    expect(shareAxis([a!, b!])).toEqual({
      xs: [1, 2],
      rows: [
        [10, 20],
        [null, 5],
      ],
    });
  });

  it('thins a long curve but keeps its ends', () => {
    const points = Array.from({ length: 20_000 }, (_, x) => ({ x, y: x }));
    const thinned = thin(points, 600);
    expect(thinned).toHaveLength(600);
    expect([thinned[0]?.x, thinned.at(-1)?.x]).toEqual([0, 19_999]);
  });

  it('marks a logarithmic axis by powers of ten', () => {
    expect(decades([3.2, 101])).toEqual([1, 10, 100, 1000]);
    expect(decades([10, 10])).toEqual([10, 100]);
    expect(decades([])).toEqual([1, 10]);
  });
});

describe('a difference against zero', () => {
  it('keeps zero in view', () => {
    const at = differenceScale(0.06, { low: 0.01, high: 0.11 });
    expect(at.zero).toBeLessThan(at.low);
    expect(at.high).toBeLessThanOrEqual(0.92);
  });

  it('draws a difference of nothing in the middle of nothing', () => {
    expect(differenceScale(0, { low: 0, high: 0 }).zero).toBeCloseTo(0.08);
  });
});
