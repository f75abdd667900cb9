import { describe, expect, it } from 'vitest';
import { assertMayApprove, isApproved } from './rollout.policy.js';
import { openStates, rolloutStates } from './rollout.states.js';

describe('approval', () => {
  it('is never by the requester', () => {
    expect(() => assertMayApprove('ada', 'ada')).toThrow('somebody else has to approve');
    expect(() => assertMayApprove('ada', 'grace')).not.toThrow();
  });

  it('counts people, not clicks', () => {
    const twice = [
      { personId: 'grace', evidenceSha256: 'e1' },
      { personId: 'grace', evidenceSha256: 'e1' },
    ];
    expect(isApproved(twice, 'e1', 2)).toBe(false);
    expect(isApproved([...twice, { personId: 'joan', evidenceSha256: 'e1' }], 'e1', 2)).toBe(true);
  });

  it('is reset by new evidence', () => {
    expect(isApproved([{ personId: 'grace', evidenceSha256: 'e1' }], 'e2')).toBe(false);
    expect(isApproved([], 'e1')).toBe(false);
  });
});

describe('states', () => {
  it('leads to live only through promoting, or back from superseded', () => {
    expect(rolloutStates.states.filter((state) => rolloutStates.canMove(state, 'live'))).toEqual([
      'promoting',
      'superseded',
    ]);
  });
  it('leaves the open states behind at every end', () => {
    for (const state of rolloutStates.states) if (rolloutStates.isFinal(state)) expect(openStates).not.toContain(state);
  });
});
