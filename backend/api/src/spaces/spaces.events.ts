import { z } from 'zod';
import { defineEvent } from '../platform/outbox/index.js';

/** A snapshot became the live one of its space for a dataset: because it was published, or by a rollback to it. */
export const SnapshotPublished = defineEvent(
  'spaces.snapshot-published',
  z.strictObject({ spaceId: z.string(), datasetId: z.uuid(), snapshotId: z.uuid() }),
);
