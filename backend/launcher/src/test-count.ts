import { stripVTControlCharacters } from 'node:util';

export interface TestCount {
  passed: number;
  failed: number;
}

// vitest: "      Tests  1 failed | 56 passed (57)"; Playwright: "  12 passed (3.4m)", one line for each outcome.
const vitestLine = /^.*\bTests\s+((?:\d+ \w+(?: \| )?)+)\s*\(\d+\)/gm;
const playwrightLine = /^\s*(\d+) (passed|failed|flaky|did not run|interrupted)(?: \([\d.]+(?:ms|s|m|h)\))?\s*$/gm;

/** Sums the closing lines of every vitest and Playwright run in an output. A test that did not run counts as failed. */
export function countTests(output: string): TestCount {
  const text = stripVTControlCharacters(output);
  const count: TestCount = { passed: 0, failed: 0 };
  const add = (number: string, outcome: string): void => {
    count[outcome === 'passed' ? 'passed' : 'failed'] += Number(number);
  };
  for (const [, summary = ''] of text.matchAll(vitestLine)) {
    for (const [, number = '0', outcome = ''] of summary.matchAll(/(\d+) (\w+)/g)) add(number, outcome);
  }
  for (const [, number = '0', outcome = ''] of text.matchAll(playwrightLine)) add(number, outcome);
  return count;
}
