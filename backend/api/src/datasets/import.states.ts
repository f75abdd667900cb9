import { stateTable, type StateOf } from '../kernel/index.js';

export const importStates = stateTable({
  uploading: ['queued', 'failed'],
  queued: ['running', 'succeeded', 'failed'],
  running: ['succeeded', 'failed'],
  succeeded: [],
  failed: [],
});
export type ImportState = StateOf<typeof importStates>;
