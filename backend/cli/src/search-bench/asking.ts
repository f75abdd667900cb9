import type { Schemas } from '../api.js';
import type { Session } from '../session.js';

export type Question = Partial<Schemas['SearchRequest']>;
export type Answer = Schemas['SearchAnswer'];

export interface Timed {
  readonly status: number;
  readonly answer: Answer | null;
  /** From sending to having read the answer. */
  readonly ms: number;
}

/** Asks once, without the patience of the other commands: a refused or failed search is counted, not tried again. */
export async function ask(session: Session, indexId: string, question: Question): Promise<Timed> {
  const startedMs = performance.now();
  try {
    const response = await fetch(new URL(`/api/search-indexes/${indexId}/search`, session.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${session.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(question),
    });
    const body: unknown = await response.json();
    const answer = response.status === 200 ? (body as Answer) : null;
    return { status: response.status, answer, ms: performance.now() - startedMs };
  } catch {
    return { status: 0, answer: null, ms: performance.now() - startedMs };
  }
}

/** @throws when the search fails */
export async function askOrThrow(
  session: Session,
  indexId: string,
  question: Question,
): Promise<Answer & { ms: number }> {
  const { answer, status, ms } = await ask(session, indexId, question);
  if (answer === null) throw new Error(`a search of the bench was answered with ${status}; the api's log says why`);
  return { ...answer, ms };
}
