import { z } from 'zod';

/** What a unit can do, weakest sign of interest first; `hide` is the one that speaks against. */
export const eventTypes = [
  'impression',
  'closeup',
  'save',
  'click-out',
  'add-to-cart',
  'purchase',
  'hide',
  'rating',
] as const;
export const EventType = z.enum(eventTypes);
export type EventType = z.infer<typeof EventType>;

/** PostgreSQL has no NUL in text: refused at the door, so that nothing acknowledged is unstorable. */
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !value.includes('\0'), 'expected text without NUL characters');

/** The stable id of whoever is assigned to a variant: a user, a session, a device. */
export const Unit = text(256);

export const EventInput = z.strictObject({
  eventId: text(128).optional().describe('Sending the same id again counts once; generated where absent'),
  endpoint: text(64).describe('Name of the endpoint that answered the unit'),
  unit: Unit,
  type: EventType,
  itemId: text(128).optional(),
  value: z.number().optional().describe('Price of a purchase, stars of a rating, ...; 1 where absent'),
  exposureId: z.uuid().optional(),
  at: z.iso
    .datetime()
    // PostgreSQL has no year 0.
    .refine((at) => Date.parse(at) >= 0, 'expected a time from 1970 on')
    .optional()
    .describe('When it happened; the time of arrival where absent'),
});

export const FeedbackRequest = z.strictObject({ events: z.array(EventInput).min(1).max(1000) });
export type FeedbackRequest = z.infer<typeof FeedbackRequest>;

/** One line of the gateway's log, one row of `events`. */
export const StoredEvent = z.strictObject({
  eventId: z.string(),
  receivedAt: z.iso.datetime(),
  at: z.iso.datetime(),
  endpointId: z.uuid(),
  unit: z.string(),
  type: EventType,
  itemId: z.string().nullable(),
  value: z.number(),
  exposureId: z.uuid().nullable(),
});
export type StoredEvent = z.infer<typeof StoredEvent>;
