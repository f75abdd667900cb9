import type { FastifyBaseLogger } from 'fastify';
import pg from 'pg';
import type { FeedbackRequest, StoredEvent } from '../feedback/index.js';
import { DomainError, newId, type FieldProblem } from '../kernel/index.js';
import type { Snapshot } from './snapshot.js';
import type { SegmentLog } from './wal/segment-log.js';

/** Clocks of clients run ahead a little; more is a mistake worth telling. */
const CLOCK_SKEW_MS = 5 * 60_000;
/** Ids remembered while the database is away. A repeat of one forgotten is answered as accepted, and still stored once. */
const MAX_UNSHIPPED = 200_000;

/** Makes events durable, each id once. */
export class EventIntake {
  /** Events that are not in the database yet, with the write they wait for. */
  private readonly unshipped = new Map<string, Promise<void>>();

  constructor(
    private readonly log: SegmentLog,
    private readonly pool: pg.Pool,
    private readonly logger: FastifyBaseLogger,
  ) {}

  /** Resolves when every event of the request is durable. @throws DomainError `validation-failed` naming each event it refuses; then none was taken */
  async take(request: FeedbackRequest, snapshot: Snapshot): Promise<{ accepted: number; duplicates: number }> {
    const receivedAt = new Date();
    const events = toStored(request, snapshot, receivedAt);
    const waiting = new Map(events.map(({ eventId }) => [eventId, this.unshipped.get(eventId)]));
    const stored = await this.storedIds(request);
    const writes = events.map((event): { duplicate: boolean; written: Promise<void> } => {
      if (stored.has(event.eventId)) return { duplicate: true, written: Promise.resolve() };
      const earlier = waiting.get(event.eventId) ?? this.unshipped.get(event.eventId);
      return earlier ? { duplicate: true, written: earlier } : { duplicate: false, written: this.write(event) };
    });
    await Promise.all(writes.map(({ written }) => written));
    const duplicates = writes.filter(({ duplicate }) => duplicate).length;
    return { accepted: events.length - duplicates, duplicates };
  }

  /** The sink has these now: from here on the database knows them. */
  shipped(events: readonly StoredEvent[]): void {
    for (const { eventId } of events) this.unshipped.delete(eventId);
  }

  private write(event: StoredEvent): Promise<void> {
    const written = this.log.append(JSON.stringify(event));
    const oldest = this.unshipped.size < MAX_UNSHIPPED ? undefined : this.unshipped.keys().next().value;
    if (oldest !== undefined) this.unshipped.delete(oldest);
    this.unshipped.set(event.eventId, written);
    written.catch(() => this.unshipped.delete(event.eventId));
    return written;
  }

  /** Which of the senders' own ids are stored. Without a database none counts as known: the sink drops repeats in any case. */
  private async storedIds({ events }: FeedbackRequest): Promise<Set<string>> {
    const ids = events.flatMap(({ eventId }) => (eventId === undefined ? [] : [eventId]));
    if (ids.length === 0) return new Set();
    try {
      const { rows } = await this.pool.query<{ event_id: string }>(
        'SELECT event_id FROM event_receipts WHERE event_id = ANY($1)',
        [ids],
      );
      return new Set(rows.map((row) => row.event_id));
    } catch (error) {
      this.logger.warn({ error: String(error) }, 'Repeated events are not counted: the database does not answer');
      return new Set();
    }
  }
}

function toStored({ events }: FeedbackRequest, snapshot: Snapshot, receivedAt: Date): StoredEvent[] {
  const problems: FieldProblem[] = [];
  const stored = events.map((event, i): StoredEvent => {
    const endpoint = snapshot.endpoint(event.endpoint);
    if (!endpoint) problems.push(problem(`events[${i}].endpoint`, 'the name of a live endpoint', event.endpoint));
    if (event.at !== undefined && Date.parse(event.at) > receivedAt.getTime() + CLOCK_SKEW_MS) {
      problems.push(problem(`events[${i}].at`, 'a time that is not in the future', event.at));
    }
    return {
      eventId: event.eventId ?? newId(),
      receivedAt: receivedAt.toISOString(),
      at: event.at ?? receivedAt.toISOString(),
      endpointId: endpoint?.id ?? '',
      unit: event.unit,
      type: event.type,
      itemId: event.itemId ?? null,
      value: event.value ?? 1,
      exposureId: event.exposureId ?? null,
    };
  });
  if (problems.length > 0)
    throw new DomainError('validation-failed', problems.map(({ message }) => message).join('; '), problems);
  return stored;
}

function problem(field: string, expected: string, found: string): FieldProblem {
  return { field, expected, found, message: `${field}: expected ${expected}, found ${found}` };
}
