import { expect, test } from 'vitest';
import { countTests } from './test-count.js';

test('closing lines of several runners are summed, colours and prefixes aside', () => {
  const output = `
 Test Files  2 passed (2)
\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[32m56 passed\u001b[39m\u001b[22m\u001b[90m (56)\u001b[39m
 Test Files  1 failed | 1 passed (2)
      Tests  1 failed | 3 passed (4)
  12 passed (3.4m)
  2 failed
    [chromium] › journey.e2e.ts:3:1 › signs in
`;
  expect(countTests(output)).toEqual({ passed: 71, failed: 3 });
});

test('a test that did not run is no success', () => {
  expect(countTests('      Tests  1 skipped | 3 passed (4)\n  1 flaky\n  4 did not run\n')).toEqual({
    passed: 3,
    failed: 6,
  });
});

test('a runner without tests adds nothing', () => {
  expect(countTests('No test files found, exiting with code 0\n')).toEqual({ passed: 0, failed: 0 });
});
