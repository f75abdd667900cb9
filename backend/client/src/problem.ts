import type { Schemas } from './schemas.js';

/** What the server says when it refuses or fails (RFC 9457). `code` is made for programs, `detail` for people. */
export type Problem = Schemas['Problem'];

/** A problem as an exception. Its message is the problem's `detail`. */
export class GraftProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
    this.name = 'GraftProblem';
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

export function isProblem(value: unknown): value is Problem {
  return value !== null && typeof value === 'object' && 'code' in value && 'detail' in value && 'traceId' in value;
}

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The body of a successful answer: `const person = await orThrow(client.GET('/api/people/{id}', ...))`.
 *
 * @throws GraftProblem for every other answer, also one that does not come from Graft (a proxy's error page)
 */
export async function orThrow<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw new GraftProblem(isProblem(error) ? error : foreign(response));
}

function foreign(response: Response): Problem {
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    code: 'unexpected-answer',
    detail: `The server answered ${response.status} ${response.statusText} without a problem document. Is this the address of Graft?`,
    traceId: response.headers.get('x-request-id') ?? '',
  };
}
