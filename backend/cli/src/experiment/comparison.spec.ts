import { describe, expect, it } from 'vitest';
import type { EvaluationReport } from '../api.js';
import { worst } from '../exit-codes.js';
import { evaluationFigures } from '../main-job/figures.js';
import { accuracyTable, atLeast, judge, latencyTable } from './comparison.js';

const interval = (value: number, spread: number, n = 320) => ({ value, low: value - spread, high: value + spread, n });

/** A report with three candidates; `difference` is what swapped gains over stock. */
function aReport(difference = interval(0.2, 0.05)): EvaluationReport {
  const accuracy = (candidate: string, value: number) => ({
    candidate,
    overall: interval(value, 0.04),
    perTarget: { category: interval(value, 0.05) },
  });
  const pair = (a: string, by: ReturnType<typeof interval>) => ({
    a,
    b: 'swapped',
    difference: by,
    relative: interval(by.value * 2, 0.1),
    pValue: 0.0004,
    mcnemar: {},
  });
  const latency = (candidate: string, p50Ms: number) => ({
    candidate,
    imagesPerRequest: 20,
    n: 30,
    p50Ms,
    p95Ms: p50Ms * 1.2,
    cpuMsPerRequest: p50Ms,
    costPer1000: p50Ms / 1000,
  });
  return {
    format: 'graft-evaluation',
    formatVersion: 1,
    split: 'test',
    targets: ['category'],
    itemCount: 320,
    accuracy: [accuracy('stock', 0.5), accuracy('tuned', 0.66), accuracy('swapped', 0.7)],
    paired: [pair('stock', difference), pair('tuned', interval(0.04, 0.05))],
    control: { candidate: 'swapped', shuffled: interval(0.1, 0.03), chance: 0.09, majority: 0.1 },
    latency: [latency('stock', 40), latency('swapped', 1)],
    ratios: [{ imagesPerRequest: 20, rounds: 30, latency: interval(40, 4, 30), cost: interval(38, 6, 30) }],
    pricing: { currency: 'USD', perCpuHour: 0.04 },
    examples: [],
    retrieval: null,
    environment: {},
  };
}

describe('a threshold', () => {
  it.each([
    [interval(0.1, 0.05), 0, 'pass'],
    [interval(-0.1, 0.05), 0, 'fail'],
    [interval(0.01, 0.05), 0, 'inconclusive'],
  ] as const)('%j against %d is %s', (found, needed, verdict) => {
    expect(atLeast('x', found, needed).verdict).toBe(verdict);
  });
  it('is decided by the worst of several, and nothing checked never passes', () => {
    expect([
      worst(['pass', 'fail', 'inconclusive']),
      worst(['pass', 'inconclusive']),
      worst(['pass']),
      worst([]),
    ]).toEqual(['fail', 'inconclusive', 'pass', 'inconclusive']);
  });
});

describe('compare', () => {
  const plain = { margin: 0, images: 20 };
  it('passes a swapped model that is not worse by its interval, fails one that is, and leaves the rest open', () => {
    expect(judge(aReport(), plain).verdict).toBe('pass');
    expect(judge(aReport(interval(-0.2, 0.05)), plain).verdict).toBe('fail');
    expect(judge(aReport(interval(0, 0.05)), plain).verdict).toBe('inconclusive');
    expect(judge(aReport(interval(0, 0.05)), { ...plain, margin: 0.06 }).verdict).toBe('pass');
  });
  it('judges gain, latency and cost where asked', () => {
    const { checks, verdict } = judge(aReport(), { ...plain, gain: 0.3, latencyRatio: 20, costRatio: 60 });
    expect(checks.map((check) => check.verdict)).toEqual(['pass', 'pass', 'pass', 'fail']);
    expect(verdict).toBe('fail');
  });
  it('compares with another baseline, and names the pairs it has', () => {
    expect(judge(aReport(), { ...plain, baseline: 'tuned' }).verdict).toBe('inconclusive');
    expect(() => judge(aReport(), { ...plain, baseline: 'nobody' })).toThrow(
      'found stock -> swapped, tuned -> swapped',
    );
    expect(() => judge(aReport(), { ...plain, images: 3, latencyRatio: 2 })).toThrow(
      '--images: expected one of 20, found 3',
    );
  });
  it('prints tables', () => {
    expect(accuracyTable(aReport()).join('\n')).toMatchInlineSnapshot(`
      "accuracy on 320 test items  all targets (95 % interval)  category
      --------------------------  ---------------------------  --------
      stock                       50.0 %  (46.0 % to 54.0 %)     50.0 %
      tuned                       66.0 %  (62.0 % to 70.0 %)     66.0 %
      swapped                     70.0 %  (66.0 % to 74.0 %)     70.0 %
      swapped, vectors shuffled   10.0 %  (7.0 % to 13.0 %)
      chance                      9.0 %"
    `);
    expect(latencyTable(aReport(), 'stock', 'swapped').join('\n')).toMatchInlineSnapshot(`
      "images      stock p50 / p95  swapped p50 / p95  ratio  stock, 1000 requests  swapped, 1000 requests  ratio
      ------  -------------------  -----------------  -----  --------------------  ----------------------  -----
          20  40.00 ms / 48.00 ms  1.00 ms / 1.20 ms  40.0x             0.040 USD               0.001 USD  38.0x"
    `);
  });
  it('gives the figures their published names', () => {
    const figures = evaluationFigures(aReport());
    expect(figures.map(({ name }) => name)).toEqual([
      'accuracy_native',
      'accuracy_native_finetuned',
      'accuracy_swapped',
      'accuracy_gain',
      'accuracy_gain_over_finetuned',
      'accuracy_shuffled',
      'accuracy_chance',
      'latency_ratio_20',
      'cost_ratio_20',
    ]);
    expect(figures[3]).toEqual({
      name: 'accuracy_gain',
      unit: 'relative',
      value: 0.4,
      low: expect.closeTo(0.3) as number,
      high: expect.closeTo(0.5) as number,
      n: 320,
    });
  });
});
