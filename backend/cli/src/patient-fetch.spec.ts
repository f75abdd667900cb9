import { describe, expect, it } from 'vitest';
import { createPatientFetch } from './patient-fetch.js';

const refused = (): Promise<Response> =>
  Promise.reject(
    new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }),
  );
const broken = (): Promise<Response> => Promise.reject(new TypeError('fetch failed', { cause: new Error('reset') }));
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (): Promise<Response> =>
    Promise.resolve(new Response(null, { status: code, headers }));

/** A platform that behaves as listed, request by request. */
function platform(...steps: (() => Promise<Response>)[]) {
  const asked: string[] = [];
  const fetch = createPatientFetch({
    withinMs: 1000,
    pauseMs: 1,
    fetch: (request) => {
      asked.push(request.method);
      return (steps.shift() ?? status(200))();
    },
  });
  const ask = (method: string): Promise<Response> => fetch(new Request('http://graft.test/', { method }));
  return { ask, asked };
}

describe('a platform that is away', () => {
  it('is said at once when it was never reached', async () => {
    await expect(platform(refused).ask('GET')).rejects.toThrow('fetch failed');
  });
  it('is waited for when it was reached before', async () => {
    const { ask, asked } = platform(status(200), refused, broken, status(503));
    await ask('GET');
    expect((await ask('GET')).status).toBe(200);
    expect(asked).toHaveLength(5);
  });
  it('gets a change again only where it cannot have taken it', async () => {
    const { ask, asked } = platform(status(200), refused, status(503, { 'retry-after': '1' }), broken);
    await ask('GET');
    await expect(ask('POST')).rejects.toThrow('fetch failed');
    expect(asked).toEqual(['GET', 'POST', 'POST', 'POST']);
  });
});
