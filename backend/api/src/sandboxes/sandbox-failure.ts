import type { Failure } from '@graft/protocol';
import type { SandboxEnd, SandboxLimits } from './sandbox-driver.js';

const MEBIBYTE = 1 << 20;
const MAX_MESSAGE = 2000;

/** Why a sandbox that did not succeed ended, and what to do next. */
export function failureOf(end: SandboxEnd, limits: SandboxLimits): { failure: Failure; crashed: boolean } {
  const final = (code: Failure['code'], message: string): { failure: Failure; crashed: boolean } => ({
    failure: { code, message: message.slice(0, MAX_MESSAGE), retryable: false },
    crashed: false,
  });
  const crash = (message: string): { failure: Failure; crashed: boolean } => ({
    failure: { code: 'internal', message: message.slice(0, MAX_MESSAGE), retryable: true },
    crashed: true,
  });
  switch (end.reason) {
    case 'oom':
      return final(
        'out-of-memory',
        `It needed more than its ${Math.round(limits.memoryBytes / MEBIBYTE)} MiB of memory. Raise limits.memoryMb, or make batches smaller.`,
      );
    case 'deadline':
      return final(
        'deadline-exceeded',
        `It ran longer than ${round(limits.wallMs / 60_000)} minutes. Raise limits.wallMinutes, or give it less to do.`,
      );
    case 'cpu-budget':
      return final(
        'budget-exceeded',
        `It used up its ${round(limits.cpuSeconds / 60)} minutes of CPU time. Raise limits.cpuMinutes, or give it less to do.`,
      );
    case 'disk':
      return final(
        'budget-exceeded',
        `Its workspace grew beyond ${Math.round(limits.workspaceBytes / MEBIBYTE)} MiB. Raise limits.diskMb.`,
      );
    case 'log':
      return final(
        'budget-exceeded',
        `It wrote more than ${Math.round(limits.logBytes / MEBIBYTE)} MiB of output. Make it say less.`,
      );
    case 'protocol':
      return final(
        'protocol-violation',
        'It sent what the protocol does not allow on its control channel. The run log says what.',
      );
    case 'killed':
      return final('cancelled', 'It was cancelled.');
    case 'completed':
      return crash('The runner ended without saying whether it succeeded.');
    case 'start-failed':
      return crash(`The sandbox could not be started. ${end.stderrTail}`);
    case 'failed':
      return crash(`The runner broke (exit code ${end.exitCode ?? 'none'}). ${lastWords(end.stderrTail)}`);
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

function lastWords(stderr: string): string {
  const words = stderr.trim();
  return words === '' ? 'It left no message.' : `Its last words: ${words.slice(-1500)}`;
}
