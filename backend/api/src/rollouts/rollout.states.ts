import { stateTable, type StateOf } from '../kernel/index.js';

/**
 * `promoting` is where a rollout's stages lie: approved, on its way. `superseded` is a rollout whose version was champion until the next one came;
 * rolling that next one back makes it live again.
 */
export const rolloutStates = stateTable({
  requested: ['promoting', 'rejected', 'cancelled'],
  promoting: ['live'],
  live: ['superseded', 'rolled-back'],
  superseded: ['live'],
  rejected: [],
  cancelled: [],
  'rolled-back': [],
});
export type RolloutState = StateOf<typeof rolloutStates>;

/** A model has one rollout in these states at most. */
export const openStates = ['requested', 'promoting'] as const satisfies readonly RolloutState[];
