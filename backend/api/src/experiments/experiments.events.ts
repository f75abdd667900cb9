import { z } from 'zod';
import { defineEvent } from '../platform/outbox/index.js';

/** A run reached a final state; its artifacts and registrations are visible. */
export const RunEnded = defineEvent(
  'experiments.run-ended',
  z.strictObject({ runId: z.uuid(), state: z.enum(['succeeded', 'failed', 'cancelled']) }),
);
