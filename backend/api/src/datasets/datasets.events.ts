import { z } from 'zod';
import { defineEvent } from '../platform/outbox/index.js';

/** Everything was uploaded and is on disk. */
export const ImportQueued = defineEvent('datasets.import-queued', z.strictObject({ importId: z.uuid() }));

/** Succeeded or failed: its upload is not needed any more. */
export const ImportEnded = defineEvent('datasets.import-ended', z.strictObject({ importId: z.uuid() }));

export const DatasetVersionCreated = defineEvent(
  'datasets.version-created',
  z.strictObject({ datasetVersionId: z.uuid() }),
);
