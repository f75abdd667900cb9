import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../config/env.js';
import { Listener } from '../database/listener.js';
import { Transactions, type Tx } from '../database/transactions.js';
import { Schedules } from '../queue/schedules.js';
import { OUTBOX_CHANNEL } from './outbox-event.entity.js';
import { EventHandlers } from './outbox.js';

const SWEEP_MS = 5_000;
const KEEP_DELIVERED = '7 days';
const LONGEST_BACK_OFF_SECONDS = 300;

interface DueEvent {
  id: string;
  type: string;
  payload: unknown;
}

/**
 * Delivers events in workers, at least once and roughly in order. The row stays locked while its handlers run, so two workers
 * never deliver the same event at once; a worker that dies releases it.
 */
@Injectable()
export class OutboxDelivery implements OnApplicationBootstrap {
  private readonly logger = new Logger(OutboxDelivery.name);
  private current: Promise<void> | undefined;
  private again = false;

  constructor(
    private readonly config: Config,
    private readonly transactions: Transactions,
    private readonly listener: Listener,
    private readonly handlers: EventHandlers,
    private readonly schedules: Schedules,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.process !== 'worker') return;
    await this.listener.listen(OUTBOX_CHANNEL, () => {
      this.drain().catch((error: unknown) =>
        this.logger.warn({ err: error }, 'Delivery stopped; the sweep goes on with it'),
      );
    });
    this.schedules.every({ name: 'outbox.sweep', everyMs: SWEEP_MS }, () => this.drain());
    this.schedules.every({ name: 'outbox.prune', everyMs: 3_600_000 }, () => this.prune());
  }

  /** Delivers until nothing is due. Callers share one pass; one that comes during a pass gets another pass after it. */
  drain(): Promise<void> {
    this.again = true;
    this.current ??= this.passes().finally(() => (this.current = undefined));
    return this.current;
  }

  private async passes(): Promise<void> {
    while (this.again) {
      this.again = false;
      while (await this.deliverNext());
    }
  }

  /** @returns false when nothing is due */
  private deliverNext(): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const event = await nextDue(tx);
      if (event === undefined) return false;
      try {
        await this.handlers.deliver(event.type, event.payload);
        await tx.query('UPDATE outbox_events SET delivered_at = now(), last_error = NULL WHERE id = $1', [event.id]);
      } catch (error) {
        this.logger.error(
          { err: error, event: event.type, eventId: event.id },
          'An event handler failed; the event will be delivered again',
        );
        await postpone(tx, event.id, error);
      }
      return true;
    });
  }

  private async prune(): Promise<void> {
    await this.transactions.run((tx) =>
      tx.query('DELETE FROM outbox_events WHERE delivered_at < now() - $1::interval', [KEEP_DELIVERED]),
    );
  }
}

async function nextDue(tx: Tx): Promise<DueEvent | undefined> {
  const rows: DueEvent[] = await tx.query(
    `SELECT id, type, payload FROM outbox_events
     WHERE delivered_at IS NULL AND due_at <= now() ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  return rows[0];
}

/** Waits 1, 2, 4, ... seconds, at most five minutes. */
async function postpone(tx: Tx, id: string, error: unknown): Promise<void> {
  await tx.query(
    `UPDATE outbox_events SET attempts = attempts + 1, last_error = $2,
       due_at = now() + least(power(2, least(attempts, 20)), $3) * interval '1 second' WHERE id = $1`,
    [id, String(error).slice(0, 2000), LONGEST_BACK_OFF_SECONDS],
  );
}
