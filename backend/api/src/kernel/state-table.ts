import { DomainError } from './domain-error.js';

/** A state machine as data: each state with the states it may move to. The first state is where every record starts. */
export interface StateTable<S extends string> {
  readonly initial: S;
  readonly states: readonly S[];
  canMove(from: S, to: S): boolean;
  /** @throws DomainError `move-not-allowed` naming the moves that are */
  assertMove(from: S, to: S): void;
  /** True where nothing leads out. */
  isFinal(state: S): boolean;
}

export type StateOf<T> = T extends StateTable<infer S> ? S : never;

/**
 * Checks the table when its module loads: a target that is no state does not compile (and throws, for untyped callers), a state
 * that cannot be reached from the first one throws.
 */
export function stateTable<const S extends string>(moves: Record<S, readonly NoInfer<S>[]>): StateTable<S> {
  const states = Object.keys(moves) as S[];
  const initial = states[0];
  if (initial === undefined) throw new Error('A state table needs at least one state');

  const reached = new Set<S>([initial]);
  for (const state of reached) {
    for (const target of moves[state]) {
      if (!states.includes(target)) throw new Error(`State table: ${state} moves to ${target}, which is not a state`);
      reached.add(target);
    }
  }
  const unreachable = states.filter((state) => !reached.has(state));
  if (unreachable.length > 0)
    throw new Error(`State table: ${unreachable.join(', ')} cannot be reached from ${initial}`);

  const canMove = (from: S, to: S): boolean => moves[from].includes(to);
  return {
    initial,
    states,
    canMove,
    assertMove(from, to) {
      if (canMove(from, to)) return;
      const allowed = moves[from].length === 0 ? 'it is final' : `it may become ${moves[from].join(' or ')}`;
      throw new DomainError('move-not-allowed', `Cannot move from ${from} to ${to}: ${allowed}.`);
    },
    isFinal: (state) => moves[state].length === 0,
  };
}
