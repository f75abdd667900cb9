import { z } from 'zod';
import { defineJob } from '../platform/queue/index.js';

/** Measures the driver of the worker that takes it. */
export const ProbeIsolation = defineJob('sandboxes.probe', z.strictObject({}), {
  timeoutMs: 60_000,
  attempts: 2,
  concurrency: 1,
});
