import { expect, it } from 'vitest';
import type { EndReason, SandboxEnd, SandboxLimits } from './sandbox-driver.js';
import { failureOf } from './sandbox-failure.js';

const limits: SandboxLimits = {
  memoryBytes: 1 << 30,
  cpus: 1,
  cpuSeconds: 600,
  pids: 64,
  wallMs: 60_000,
  logBytes: 1 << 20,
  workspaceBytes: 1 << 30,
  tmpBytes: 1 << 20,
};
const end = (reason: EndReason, stderrTail = ''): SandboxEnd => ({
  reason,
  exitCode: 1,
  stderrTail,
  usage: { cpuSeconds: 0, peakMemoryBytes: 0 },
});

it('says which limit to raise, and never that trying again helps', () => {
  const ends: [EndReason, string, RegExp][] = [
    ['oom', 'out-of-memory', /limits\.memoryMb/],
    ['deadline', 'deadline-exceeded', /limits\.wallMinutes/],
    ['cpu-budget', 'budget-exceeded', /limits\.cpuMinutes/],
    ['disk', 'budget-exceeded', /limits\.diskMb/],
    ['log', 'budget-exceeded', /output/],
    ['protocol', 'protocol-violation', /protocol/],
    ['killed', 'cancelled', /cancelled/],
  ];
  for (const [reason, code, message] of ends) {
    const { failure, crashed } = failureOf(end(reason), limits);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
    expect([failure.retryable, crashed]).toEqual([false, false]);
  }
});

it('calls a silent end a crash and passes its last words on', () => {
  expect(failureOf(end('failed', 'Error: it broke'), limits)).toMatchObject({
    crashed: true,
    failure: { code: 'internal', retryable: true },
  });
  expect(failureOf(end('failed', 'Error: it broke'), limits).failure.message).toContain('it broke');
  expect(failureOf(end('completed'), limits).crashed).toBe(true);
  expect(failureOf(end('failed', 'x'.repeat(10_000)), limits).failure.message.length).toBeLessThanOrEqual(2000);
});
