import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Tx } from '../database/transactions.js';

export const LIVE_CHANNEL = 'graft_live';

/** Tells browsers which record to read again; it carries no content, so it needs no permission of its own. */
export const Change = z.object({
  /** The list's URL segment: runs, datasets, model-versions. */
  resource: z.string(),
  id: z.string(),
  type: z.enum(['created', 'updated', 'deleted']),
});
export type Change = z.infer<typeof Change>;

@Injectable()
export class Live {
  /** Announces a change in the caller's transaction: browsers hear of it when that commits, from whichever process. */
  async changed(tx: Tx, change: Change): Promise<void> {
    await tx.query('SELECT pg_notify($1, $2)', [LIVE_CHANNEL, JSON.stringify(change)]);
  }
}
