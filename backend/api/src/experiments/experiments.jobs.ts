import { z } from 'zod';
import { defineJob } from '../platform/queue/index.js';

/** A run waits to be executed. Only a doorbell: the worker that hears it takes whichever run is next, and the sweep rings too. */
export const ExecuteRun = defineJob('experiments.execute-run', z.strictObject({ runId: z.uuid() }), {
  timeoutMs: 30_000,
  attempts: 1,
  concurrency: 1,
});
