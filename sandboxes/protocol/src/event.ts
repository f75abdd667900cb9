import { z } from 'zod';
import { Failure } from './failure.js';
import { Name, RelativePath } from './ids.js';

/** Counters are kept in columns of 32 bits. */
const MAX_COUNT = 2 ** 31 - 1;

/** Identity and order: the worker ignores a repeat (`seq` not above the last one seen) and a stale `attempt`. */
const EventBase = z.strictObject({
  runId: z.uuid(),
  attempt: z.number().int().min(1),
  seq: z.number().int().min(1).max(MAX_COUNT),
  at: z.iso.datetime(),
});

export const ArtifactKind = z.enum([
  'dataset',
  'problems',
  'bundle',
  'snapshot',
  'report',
  'space-report',
  'preflight',
]);
export type ArtifactKind = z.infer<typeof ArtifactKind>;

export const Event = z.discriminatedUnion('type', [
  EventBase.extend({ type: z.literal('started'), versions: z.record(z.string(), z.string()) }),
  EventBase.extend({
    type: z.literal('progress'),
    fraction: z.number().min(0).max(1),
    phase: z.string().max(100),
    message: z.string().max(500).optional(),
  }),
  EventBase.extend({
    type: z.literal('metric'),
    name: z.string().regex(/^[\w./-]{1,64}$/),
    step: z.number().int().min(0).max(MAX_COUNT),
    value: z.number(),
  }),
  EventBase.extend({
    type: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string().max(4000),
  }),
  EventBase.extend({ type: z.literal('checkpoint'), step: z.number().int().min(0) }),
  /** A finished folder below `workspace/out`, written whole before it is announced. */
  EventBase.extend({ type: z.literal('artifact'), name: Name, kind: ArtifactKind, path: RelativePath }),
  /** A served model answers on its socket. */
  EventBase.extend({ type: z.literal('ready') }),
  EventBase.extend({ type: z.literal('succeeded'), result: z.record(z.string(), z.unknown()) }),
  EventBase.extend({ type: z.literal('failed'), failure: Failure }),
]);
export type Event = z.infer<typeof Event>;
export type EventType = Event['type'];
/** An event before the channel stamps run, attempt, sequence and time on it. */
export type EventBody = Event extends infer E
  ? E extends Event
    ? Omit<E, 'runId' | 'attempt' | 'seq' | 'at'>
    : never
  : never;

/** The control channel: newline-separated JSON on this file descriptor of the runner, both ways. */
export const CONTROL_FD = 3;
export const MAX_LINE_BYTES = 64 * 1024;
