import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  /** How long a platform that answered before may be away. */
  withinMs: number;
  pauseMs: number;
  fetch: (request: Request) => Promise<Response>;
}

/** Nothing listened: the request cannot have been taken. */
const wasRefused = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'ECONNREFUSED';

/** Whether sending it once more cannot do anything twice. */
function isSafeToRepeat(request: Request, outcome: Response | { error: unknown }): boolean {
  const reads = request.method === 'GET';
  if (!(outcome instanceof Response)) return reads || wasRefused(outcome.error);
  if (reads) return outcome.status === 502 || outcome.status === 503 || outcome.status === 504;
  return outcome.status === 503 && outcome.headers.has('retry-after');
}

/**
 * A fetch that outlives a restart of the platform: once it was reached, it may be away for a while. The first request is not patient,
 * so that a wrong address is said at once.
 */
export function createPatientFetch({ withinMs, pauseMs, fetch }: Patience): (request: Request) => Promise<Response> {
  let reachedBefore = false;
  return async (request) => {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const outcome = await fetch(request.clone()).catch((error: unknown) => ({ error }));
      const mayRepeat = reachedBefore && Date.now() < deadline && isSafeToRepeat(request, outcome);
      if (!mayRepeat) {
        if (!(outcome instanceof Response)) throw outcome.error;
        reachedBefore = true;
        return outcome;
      }
      await pause(pauseMs);
    }
  };
}

export const patientFetch = createPatientFetch({ withinMs: 60_000, pauseMs: 500, fetch });
