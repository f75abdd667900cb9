import { expect, it } from 'vitest';
import { experimentState, runStates } from './run.states.js';

it('resumes a run but never revives one', () => {
  expect(runStates.canMove('running', 'queued')).toBe(true);
  for (const state of ['succeeded', 'failed', 'cancelled'] as const) expect(runStates.isFinal(state)).toBe(true);
  expect(runStates.canMove('waiting', 'running')).toBe(false);
});

it('derives the state of an experiment from its runs', () => {
  expect(experimentState(['succeeded', 'waiting'])).toBe('running');
  expect(experimentState(['failed', 'running'])).toBe('running');
  expect(experimentState(['failed', 'cancelled'])).toBe('failed');
  expect(experimentState(['succeeded', 'cancelled'])).toBe('cancelled');
  expect(experimentState(['succeeded', 'succeeded'])).toBe('succeeded');
});
