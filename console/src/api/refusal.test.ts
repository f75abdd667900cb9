import { GraftProblem } from '@graft/client';
import { describe, expect, it } from 'vitest';
import { signInMessage } from '../sign-in/signInMessage.js';
import { staleResources } from './live.js';
import { covers } from './permissions.js';
import { problemFrom, refusalOf } from './refusal.js';

const problem = {
  type: 'about:blank',
  title: 'Refused',
  status: 422,
  code: 'validation-failed',
  detail: 'steps[0].name: expected a name',
  traceId: 't1',
};

describe('what went wrong, for a person', () => {
  it('names fields as forms do', () => {
    const refusal = refusalOf(
      new GraftProblem({
        ...problem,
        errors: [{ field: 'steps[0].parameters.dataset', expected: 'a dataset', found: 'nothing', message: '' }],
      }),
    );
    expect(refusal).toMatchObject({
      code: 'validation-failed',
      fields: [{ field: 'steps.0.parameters.dataset', message: 'expected a dataset, found nothing' }],
    });
  });

  it('gives the trace of a failure of the server', () => {
    expect(refusalOf(new GraftProblem({ ...problem, status: 500, detail: 'Something broke.' })).message).toBe(
      'Something broke. (trace t1)',
    );
  });

  it('says when no server answered', () => {
    expect(refusalOf(new TypeError('fetch failed'))).toMatchObject({ status: 0, code: 'unreachable' });
  });

  it('makes a sentence of an answer that explains nothing', () => {
    expect(problemFrom(502, '<html>').message).toContain('502');
  });

  it('tells the person at the sign-in what to do', () => {
    expect(signInMessage({ ...refusalOf(new Error('')), status: 401 })).toMatch(/E-mail or password/);
    expect(signInMessage({ status: 429, code: '', message: 'Try again in 3 minutes.', fields: [] })).toBe(
      'Try again in 3 minutes.',
    );
  });
});

describe('permissions', () => {
  it('are covered by themselves and by their resource’s wildcard', () => {
    expect(covers(['rollouts:request'], 'rollouts:request')).toBe(true);
    expect(covers(['rollouts:*'], 'rollouts:approve')).toBe(true);
    expect(covers(['rollouts:request'], 'rollouts:approve')).toBe(false);
  });
});

describe('live updates', () => {
  it('make stale what contains the changed record', () => {
    expect([...staleResources(['runs'])]).toEqual(expect.arrayContaining(['runs', 'experiments']));
  });
});
