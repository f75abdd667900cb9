import { stateTable, type StateOf } from '../kernel/index.js';

export const endpointStates = stateTable({
  live: ['retired'],
  retired: [],
});
export type EndpointState = StateOf<typeof endpointStates>;
