import { describe, expect, it } from 'vitest';
import { Phases } from './phases.js';

const at = (second: number): string => new Date(second * 1000).toISOString();

describe('where the time went', () => {
  it("books the runs by the server's clock and what is left as waiting", async () => {
    let clock = 100_000;
    const phases = new Phases(() => clock);
    const runs = [
      { name: 'stock', startedAt: at(90), endedAt: at(99) },
      { name: 'domain', startedAt: at(95), endedAt: at(110) },
      { name: 'vectors', startedAt: at(112), endedAt: at(118) },
      { name: 'skipped', startedAt: null, endedAt: null },
    ];
    await phases.runSteps('experiment', () => {
      clock += 20_000;
      return Promise.resolve({ runs });
    });
    expect(phases.toJSON()).toEqual([
      { name: 'experiment: stock', ms: 9000, before: true },
      { name: 'experiment: domain', ms: 10_000, before: false },
      { name: 'experiment: vectors', ms: 6000, before: false },
      { name: 'experiment: waiting between steps', ms: 4000, before: false },
    ]);
    expect(phases.totalMs()).toBe(20_000);
    expect(phases.lines().at(-1)).toMatch(/^together +20\.0 s$/);
  });
});
