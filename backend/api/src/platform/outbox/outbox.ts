import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Tx } from '../database/transactions.js';
import { OUTBOX_CHANNEL, OutboxEvent } from './outbox-event.entity.js';

/** A kind of news. Named in the past tense; its payload holds ids and scalars only. */
export interface EventType<P> {
  /** `<feature>.<what happened>`: rollouts.approved */
  readonly type: string;
  readonly payload: z.ZodType<P>;
}

export function defineEvent<P>(type: `${string}.${string}`, payload: z.ZodType<P>): EventType<P> {
  return { type, payload };
}

@Injectable()
export class Outbox {
  /** Writes the event in the caller's transaction: it is delivered if, and only after, that commits. */
  async publish<P>(tx: Tx, event: EventType<P>, payload: P): Promise<void> {
    await tx.insert(OutboxEvent, { type: event.type, payload: event.payload.parse(payload) as object });
    await tx.query('SELECT pg_notify($1, $2)', [OUTBOX_CHANNEL, event.type]);
  }
}

export type EventHandler<P> = (payload: P) => Promise<void>;

/** Who wants to hear what. Registered by every process; workers deliver. */
@Injectable()
export class EventHandlers {
  private readonly byType = new Map<string, ((payload: unknown) => Promise<void>)[]>();

  /** The handler may be called more than once for the same event: a repeat must change nothing. */
  on<P>(event: EventType<P>, handler: EventHandler<P>): void {
    const deliver = (payload: unknown): Promise<void> => handler(event.payload.parse(payload));
    this.byType.set(event.type, [...(this.byType.get(event.type) ?? []), deliver]);
  }

  async deliver(type: string, payload: unknown): Promise<void> {
    for (const handler of this.byType.get(type) ?? []) await handler(payload);
  }
}
