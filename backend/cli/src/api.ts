import { createGraftClient, orThrow, type GraftClient, type Schemas } from '@graft/client';
import { patientFetch } from './patient-fetch.js';

export type { GraftClient, Schemas };
export type EvaluationReport = Schemas['EvaluationReport'];

export const connect = (url: string, token: string): GraftClient =>
  createGraftClient({ baseUrl: url, token, fetch: patientFetch });

/** Nobody answered at all: says where and what to do, instead of fetch's "fetch failed". */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export function unreachable(error: unknown): Unreachable {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return new Unreachable(
    `cannot reach the platform (${cause}); is it running (npm start), and is --url or GRAFT_URL its address?`,
  );
}

/** The body of a successful answer; everything else is thrown: a GraftProblem with what the server said, or Unreachable. */
export const answer = <T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> =>
  orThrow(
    call.catch((fault: unknown) => {
      throw unreachable(fault);
    }),
  );

/** Every record of a list, page by page. */
export async function all<T>(page: (page: number) => Promise<{ items: T[]; total: number }>): Promise<T[]> {
  const found: T[] = [];
  for (let number = 1; ; number++) {
    const { items, total } = await page(number);
    found.push(...items);
    if (items.length === 0 || found.length >= total) return found;
  }
}

export const PER_PAGE = 200;
