import { describe, expect, it } from 'vitest';
import { report } from '../fake/report.js';
import { controlSentence, headline, pairedSentence, savingOf } from './reportWords.js';

describe('an evaluation in words', () => {
  it('says a clear difference with its interval', () => {
    expect(pairedSentence(report.paired[1]!)).toBe(
      'swapped is right 15.9 points more often than stock-tuned on the same 324 items (95 % interval +12.2% to +19.6%; +24% relative; p < 0.001).',
    );
  });

  it('does not call a difference across zero a difference', () => {
    const even = { ...report.paired[1]!, difference: { value: 0.01, low: -0.02, high: 0.04, n: 324 } };
    expect(pairedSentence(even)).toContain('cannot be told apart');
  });

  it('compares the swapped candidate with its strongest rival, at the size nearest to 20', () => {
    expect(headline(report)).toMatchObject({
      gain: { a: 'stock-tuned', b: 'swapped' },
      speed: { imagesPerRequest: 20 },
    });
  });

  it('has no headline where nothing was compared', () => {
    expect(headline({ paired: [], ratios: [], control: null })).toEqual({ gain: null, speed: null });
  });

  it('distrusts accuracy that survives shuffled vectors', () => {
    expect(controlSentence(report.control!).sound).toBe(true);
    expect(controlSentence({ ...report.control!, shuffled: { value: 0.6, low: 0.55, high: 0.65, n: 324 } }).sound).toBe(
      false,
    );
  });

  it('turns a ratio into a saving', () => {
    expect(savingOf(20)).toBeCloseTo(0.95);
  });
});
