import { describe, expect, it } from 'vitest';
import { decide, type Metric, type VariantCounts } from './decision.js';

const saves: Metric = { kind: 'conversion', name: 'save', better: 'higher' };

function anArm(role: VariantCounts['role'], counts: Partial<VariantCounts>): VariantCounts {
  const sum = counts.sum ?? 0;
  return { name: role === 'control' ? 'native' : 'swapped', role, share: 0.5, n: 0, sum, sumOfSquares: sum, ...counts };
}
function decideCounts(control: Partial<VariantCounts>, treatment: Partial<VariantCounts>, metric = saves) {
  return decide(metric, [anArm('control', control), anArm('treatment', treatment)]);
}

describe('three outcomes', () => {
  it('passes a treatment whose always-valid interval lies above zero', () => {
    const decision = decideCounts({ n: 5000, sum: 500 }, { n: 5000, sum: 900 });
    expect(decision.outcome).toBe('pass');
    expect(decision.sentence).toMatch(
      /^Swapped is better: 18\.00 % save with swapped against 10\.00 % save with native/,
    );
  });

  it('fails a treatment whose interval lies below zero, and turns round where lower is better', () => {
    const [control, treatment] = [
      { n: 5000, sum: 900 },
      { n: 5000, sum: 500 },
    ];
    expect(decideCounts(control, treatment).outcome).toBe('fail');
    expect(decideCounts(control, treatment, { ...saves, name: 'hide', better: 'lower' }).outcome).toBe('pass');
  });

  it('says inconclusive where the fixed test alone would have claimed a difference', () => {
    const decision = decideCounts({ n: 5000, sum: 500 }, { n: 5000, sum: 565 });
    expect(decision.comparisons[0]!.absolute!.fixedPValue).toBeLessThan(0.05);
    expect(decision.outcome).toBe('inconclusive');
  });

  it('compares means by their spread', () => {
    const prices: Metric = { kind: 'mean', name: 'purchase', better: 'higher' };
    const arm = (sum: number) => ({ n: 1000, sum, sumOfSquares: sum * sum * 0.002 });
    expect(decideCounts(arm(1000), arm(1500), prices).outcome).toBe('pass');
  });
});

describe('the sample ratio is checked first', () => {
  it('refuses to judge a broken split, however large the difference', () => {
    const decision = decideCounts({ n: 5000, sum: 500 }, { n: 4000, sum: 2000 });
    expect(decision.outcome).toBe('inconclusive');
    expect(decision.sentence).toMatch(/not split as configured/);
    expect(decision.comparisons[0]!.outcome).toBe('inconclusive');
  });

  it('judges by the configured shares, not by halves', () => {
    expect(decideCounts({ n: 9000, sum: 900, share: 0.9 }, { n: 1000, sum: 300, share: 0.1 }).outcome).toBe('pass');
  });
});

describe('no evidence never passes and never fails', () => {
  it.each([
    ['nobody was exposed', { n: 0, sum: 0 }, { n: 0, sum: 0 }],
    ['a handful of units', { n: 10, sum: 0 }, { n: 10, sum: 10 }],
    ['no event at all', { n: 1000, sum: 0 }, { n: 1000, sum: 0 }],
    ['everybody converts', { n: 1000, sum: 1000 }, { n: 1000, sum: 1000 }],
    ['a few events', { n: 1000, sum: 0 }, { n: 1000, sum: 9 }],
  ])('%s', (_name, control, treatment) => {
    expect(decideCounts(control, treatment).outcome).toBe('inconclusive');
  });

  it('an endpoint with one variant', () => {
    expect(decide(saves, [anArm('control', { n: 5000, sum: 500, share: 1 })]).outcome).toBe('inconclusive');
  });

  it('any counts below the minimum, whatever they are', () => {
    for (let n = 0; n < 100; n += 9) {
      for (let sum = 0; sum <= n; sum += 7) {
        expect(decideCounts({ n, sum: 0 }, { n, sum }).outcome).toBe('inconclusive');
        expect(decideCounts({ n, sum }, { n, sum: 0 }).outcome).toBe('inconclusive');
      }
    }
  });
});

describe('several treatments', () => {
  it('fails when one fails and passes only when all pass', () => {
    const control = anArm('control', { n: 5000, sum: 500, share: 1 });
    const good = anArm('treatment', { name: 'good', n: 5000, sum: 900, share: 1 });
    const bad = anArm('treatment', { name: 'bad', n: 5000, sum: 200, share: 1 });
    const same = anArm('treatment', { name: 'same', n: 5000, sum: 500, share: 1 });
    expect(decide(saves, [control, good, bad]).outcome).toBe('fail');
    expect(decide(saves, [control, good, same]).outcome).toBe('inconclusive');
    expect(decide(saves, [control, good, good]).outcome).toBe('pass');
  });
});
