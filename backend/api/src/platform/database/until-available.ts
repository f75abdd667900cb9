import { setTimeout as delay } from 'node:timers/promises';
import { isDatabaseUnavailable } from './unavailable.js';

const RETRY_MS = 500;

/** Repeats `work`, which must be safe to repeat, for as long as it fails only because the database is away. */
export async function untilDatabaseAnswers<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseUnavailable(error) || signal?.aborted === true) throw error;
      await delay(RETRY_MS);
    }
  }
}
