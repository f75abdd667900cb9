import { createGraftClient, type GraftClient, type Schemas } from '@graft/client';
import { ApiError, toProblem } from './problem.js';

export type { GraftClient, Schemas };
export type EvaluationReport = Schemas['EvaluationReport'];

export const connect = (url: string, token: string): GraftClient => createGraftClient({ baseUrl: url, token });

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

/** The body of a successful answer; everything else is thrown: an ApiError with the server's problem, or Unreachable. */
export async function answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call.catch((fault: unknown) => {
    throw unreachable(fault);
  });
  if (!response.ok) throw new ApiError(toProblem(response.status, error));
  return data as T;
}

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
