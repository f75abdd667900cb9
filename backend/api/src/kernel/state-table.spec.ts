import { describe, expect, it } from 'vitest';
import { stateTable } from './state-table.js';

describe('stateTable', () => {
  const doors = stateTable({ closed: ['open', 'locked'], open: ['closed'], locked: [] });

  it('starts at the first state', () => expect(doors.initial).toBe('closed'));

  it('names the allowed moves when it refuses one', () => {
    expect(() => doors.assertMove('open', 'locked')).toThrow('it may become closed');
    expect(() => doors.assertMove('locked', 'open')).toThrow('it is final');
  });

  it('knows final states', () => {
    expect(doors.isFinal('locked')).toBe(true);
    expect(doors.isFinal('open')).toBe(false);
  });

  it('refuses a state nothing leads to', () => {
    expect(() => stateTable({ a: ['b'], b: [], orphan: ['b'] })).toThrow('orphan cannot be reached from a');
  });

  it('refuses an unknown target', () => {
    // @ts-expect-error -- 'c' is not a state
    expect(() => stateTable({ a: ['c'] })).toThrow('a moves to c, which is not a state');
  });
});
