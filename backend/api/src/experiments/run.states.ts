import { stateTable, type StateOf } from '../kernel/index.js';

export const runStates = stateTable({
  waiting: ['queued', 'cancelled'],
  queued: ['running', 'cancelled'],
  // Back to the queue when its worker is lost or its runner crashed: the next attempt goes on from the checkpoint.
  running: ['succeeded', 'failed', 'cancelled', 'queued'],
  succeeded: [],
  failed: [],
  cancelled: [],
});
export type RunState = StateOf<typeof runStates>;

export type ExperimentState = 'running' | 'succeeded' | 'failed' | 'cancelled';

/** An experiment has no state of its own: it is what its runs are. */
export function experimentState(runs: readonly RunState[]): ExperimentState {
  if (runs.some((state) => !runStates.isFinal(state))) return 'running';
  if (runs.includes('failed')) return 'failed';
  return runs.includes('cancelled') ? 'cancelled' : 'succeeded';
}
